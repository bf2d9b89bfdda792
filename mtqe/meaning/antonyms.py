"""Opposites of English: words by their base forms, inflection and prefixes by rule.

Written for this project as a dictionary would group them, not drawn from any data.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from mtqe.meaning.inflection import bases, word_set

#: Of each group the words on one side of the bar are opposites of those on the other.
_QUANTITY = """
more extra further additional | less fewer; most | least fewest; many numerous multiple | few; much | little;
maximum maximal | minimum minimal; all every everyone everybody everything each | none nobody nothing;
always constantly | never rarely seldom hardly occasionally;
often frequently regularly | rarely seldom never infrequently; before | after; on | off;
above over | below under beneath; up upward upwards upwardly | down downward downwards; earlier sooner | later;
early | late later; previously formerly | subsequently afterwards later; prior | subsequent; first | last;
initial original | final ultimate; initially originally | eventually finally ultimately;
inside within | outside beyond; with | without; for | against; near close nearby beside | far distant;
first former | latter;
increase rise grow climb soar surge jump gain swell | decrease fall drop decline shrink sink plunge plummet dwindle;
increase raise boost lift hike | decrease reduce cut lower slash diminish;
increasing rising growing | decreasing falling declining shrinking dropping; increasingly | decreasingly;
upturn growth rise increase expansion upswing | downturn decline fall decrease contraction drop reduction shrinkage;
majority | minority; double triple | halve; plus | minus; exceed surpass | undershoot; top | bottom; upper | lower;
higher taller | lower shorter
"""

_WORDS = """
accept approve adopt endorse | reject refuse decline veto disapprove;
accept agree consent | refuse decline disagree; accepted | rejected refused unaccepted;
acceptance approval consent | rejection refusal disapproval;
acknowledge admit confess confirm | deny conceal dispute refute;
admit allow permit let enable authorise authorize | forbid ban prohibit bar prevent disallow outlaw prevented;
allowed permitted permissible | forbidden banned prohibited illegal; confirm prove verify | refute disprove deny;
confirmation | denial refutation;
reveal show disclose expose display present publish unveil | hide conceal veil mask obscure withhold;
open | close shut closed; opening | closure closing;
start beginning onset outset launch | end ending finish conclusion completion; starting beginning | ending finishing;
arrival entrance entry | departure exit; advance proceed | retreat recede withdraw; advance | retreat withdrawal;
attack assault | defend protect defence defense; attacker aggressor assailant | defender victim; offensive |
defensive;
win triumph succeed prevail | lose fail surrender; victory win triumph success | defeat loss failure;
winner victor champion | loser; winning victorious | losing defeated; successful | unsuccessful failed; succeed |
fail;
pass | fail; beat defeat | lose surrender; hit | miss; buy purchase acquire | sell; buyer purchaser | seller vendor;
purchase | sale; lend | borrow; lender creditor | borrower debtor; import | export; importer | exporter; earn | spend;
save | waste spend squander; love like adore want desire enjoy | hate dislike detest loathe despise;
love affection | hate hatred; live survive | die perish; life birth | death; alive living | dead deceased;
born | died dead; birth | death; survivor | victim fatality; kill | save spare rescue;
harm hurt damage destroy injure | heal help repair restore fix;
destroy demolish ruin | build create construct preserve restore; destruction demolition | construction creation;
damage | repair; damaged broken | intact undamaged repaired; build construct assemble | demolish destroy dismantle;
create | destroy abolish; producer | consumer; production supply | consumption demand; supply | demand;
help assist aid support | hinder hamper obstruct impede;
support back endorse favour favor advocate | oppose reject criticise criticize;
supporter advocate backer proponent ally friend | opponent adversary critic enemy foe rival;
support backing | opposition resistance; friend | enemy foe; friendly | hostile unfriendly;
ally | enemy adversary opponent rival; praise commend applaud | criticise criticize condemn denounce blame;
praise | criticism condemnation; encourage promote | discourage deter; encouraging | discouraging;
encouraged | discouraged disheartened; promote | demote; hire employ recruit appoint | fire dismiss sack lay-off;
employed | unemployed jobless; employment | unemployment; master | servant slave;
prosecutor accuser plaintiff | defender defendant accused;
accuse charge blame | acquit exonerate absolve defend pardon; convict | acquit; conviction | acquittal;
guilty | innocent; guilt | innocence; imprison arrest detain jail capture | release free liberate;
arrest detention imprisonment | release; captivity imprisonment | freedom liberty release;
free | captive occupied imprisoned; liberate | occupy enslave; liberation | occupation; war | peace;
wartime | peacetime; peaceful | violent warlike; violent | nonviolent peaceful; violence | nonviolence;
military | civilian; agree | disagree refuse contradict; agreement consensus accord | disagreement dispute;
believe trust | doubt disbelieve distrust mistrust; trust confidence faith | distrust mistrust doubt;
certain sure | uncertain unsure doubtful; certainty | uncertainty doubt; remember recall | forget;
remembered | forgotten; know | ignore; known famous | unknown obscure; knowledge | ignorance; learn | forget teach;
teach | learn; appear emerge | disappear vanish; appearance | disappearance;
accelerate quicken speed hasten | decelerate slow delay brake; acceleration | deceleration;
expand extend widen broaden enlarge | contract shrink narrow reduce; lengthen prolong extend | shorten curtail;
deepen | shallow; strengthen fortify reinforce | weaken undermine; strength | weakness;
strong powerful | weak feeble powerless; improve better enhance upgrade | worsen deteriorate degrade aggravate;
improvement | deterioration worsening; better | worse; best | worst; good great excellent | bad poor terrible awful;
well | badly poorly; positive | negative; positively | negatively;
favourable favorable | unfavourable unfavorable adverse; advantage benefit merit | disadvantage drawback;
beneficial useful helpful | harmful useless unhelpful; useful | useless;
right correct accurate true | wrong incorrect inaccurate false mistaken; correctly rightly | wrongly incorrectly;
truth fact | lie falsehood fiction; true real genuine authentic | false fake unreal bogus; fact | fiction;
big large huge great vast enormous giant major significant extensive considerable substantial | small little tiny
minor insignificant minimal slight;
big large | small little; bigger larger greater | smaller lesser; biggest largest greatest | smallest least lowest;
major main primary significant important | minor secondary insignificant unimportant trivial;
important crucial essential vital | unimportant trivial insignificant inessential;
importance significance | insignificance unimportance; high tall | low short; highest | lowest;
highly | barely slightly; high elevated | low depressed; long lengthy | short brief; longer | shorter;
long-term | short-term; wide broad | narrow; thick | thin; deep | shallow; fat | thin slim; heavy | light;
heavily | lightly; severe serious grave | mild slight frivolous minor; seriously severely | mildly slightly;
hard difficult tough challenging demanding | easy simple undemanding effortless; hard firm solid rigid | soft;
harder | easier softer; hardest | easiest softest; difficulty | ease; complex complicated | simple straightforward;
complicate | simplify; fast quick rapid swift | slow sluggish gradual;
quickly rapidly fast swiftly promptly suddenly | slowly gradually; faster | slower;
old ancient aged elderly | new young modern recent; older elder | younger newer; oldest eldest | youngest newest;
new modern fresh recent latest novel | old ancient stale outdated obsolete former; young | old elderly; child | adult;
newcomer beginner novice | veteran expert; modern contemporary | ancient traditional outdated;
current present | past former previous future; currently now presently | formerly previously then;
today | yesterday tomorrow; yesterday | tomorrow; future | past;
next following coming upcoming | last previous preceding past; follow | precede;
temporary provisional | permanent lasting; temporarily | permanently; brief | lengthy prolonged;
hot warm | cold cool chilly icy freezing; heat warmth | cold coolness chill; heat warm | cool chill;
freeze | melt thaw; wet damp moist humid | dry arid; flood | drought; sunny | cloudy rainy; summer | winter;
spring | autumn fall; north northern | south southern; east eastern | west western;
northeast northeastern northwest northwestern | southwest southwestern southeast southeastern; left | right;
front | back rear; forward forwards ahead | backward backwards back behind; horizontal | vertical;
day daytime | night nighttime; morning | evening; midday noon | midnight; dawn sunrise | dusk sunset;
light bright | dark dim gloomy; brightness light | darkness; white | black; loud noisy | quiet silent; noise |
silence;
full filled packed crowded | empty vacant deserted; fill | empty drain; dense | sparse; densely | sparsely;
rich wealthy affluent | poor impoverished needy; wealth riches prosperity | poverty;
expensive costly | cheap inexpensive; profit | loss; profitable | unprofitable lossmaking; surplus | deficit shortage;
income revenue | expense expenditure; credit | debit debt; asset | liability;
abundance plenty | scarcity shortage lack; abundant plentiful | scarce; presence | absence; present | absent;
include contain | exclude omit; included | excluded; inclusion | exclusion isolation; including | excluding;
add | subtract remove; addition | removal;
join unite merge connect attach | separate divide split leave detach disconnect; unity | division; united | divided;
together jointly | separately apart alone; collective common joint shared | individual separate;
accompanied | alone unaccompanied; connect | disconnect; integrate | segregate; public | private secret;
publicly openly | privately secretly; open | secret; general | specific particular special;
common usual ordinary normal regular | rare unusual special extraordinary uncommon strange;
special unusual | conventional ordinary common normal; usually generally commonly | rarely unusually;
typical | atypical; normal | abnormal; same identical similar alike | different distinct dissimilar;
similarity | difference; similarly | differently; equal | unequal different;
local | national international global foreign distant; domestic internal | foreign external international;
internal inner | external outer; national | international local; native | foreign alien; citizen | foreigner alien;
foreigner | native local; urban | rural; city | countryside village; urban city | country; global worldwide | local;
happy glad joyful cheerful pleased | sad unhappy sorrowful miserable displeased;
happiness joy pleasure | sadness sorrow misery grief; happily | sadly unhappily;
fortunately luckily | unfortunately unluckily sadly; laugh smile | cry weep frown;
calm | nervous agitated anxious restless; relaxed | tense stressed; relax | tense;
brave courageous bold | cowardly timid; courage bravery | cowardice fear; fear | courage; optimism | pessimism;
optimistic | pessimistic; optimist | pessimist; hope | despair; hopeful | hopeless; proud | ashamed humble;
pride | shame; polite | rude impolite; kind gentle | cruel unkind harsh; cruelty | kindness;
generous | stingy mean greedy; honest sincere | dishonest insincere; careful cautious prudent | careless reckless;
carefully cautiously | carelessly recklessly; patient | impatient; interested | indifferent uninterested bored;
interesting exciting | boring dull uninteresting; enthusiasm interest | apathy indifference boredom;
clever smart intelligent wise | stupid foolish dumb; wisdom | folly; beautiful pretty attractive | ugly unattractive;
beauty | ugliness; clean pure | dirty polluted contaminated; clean purify | pollute soil;
clear obvious | unclear vague obscure; clearly | vaguely; transparent | opaque; sharp | blunt dull; smooth | rough;
tight | loose; flexible | rigid inflexible; stable | unstable volatile; stability | instability;
change changing | stagnation constancy; change alter modify | preserve keep maintain; reform | conservation;
liberal progressive | conservative dictator authoritarian; democracy | dictatorship autocracy;
democratic | undemocratic authoritarian; legal lawful legitimate | illegal unlawful illegitimate; legally | illegally;
legalise legalize | ban criminalise criminalize outlaw; safe secure | dangerous unsafe insecure risky;
safety security | danger risk insecurity; safely | dangerously; secure protect safeguard | endanger threaten expose;
threat | protection; healthy well | sick ill unhealthy; health | illness sickness disease;
recover heal | deteriorate worsen; infected | uninfected; contagious | noncontagious; active | inactive passive;
actively | passively; activate enable | deactivate disable; busy | idle; awake | asleep; wake | sleep;
mobile moving | immobile stationary; dynamic | static; ascend | descend; ascent | descent; climb | descend;
inhale | exhale; push | pull; throw | catch; load | unload; pack | unpack; lock | unlock;
tie fasten | untie unfasten loosen; cover wrap | uncover unwrap; fold | unfold; dress | undress; plug | unplug;
sow plant | reap harvest; gather collect assemble | scatter disperse distribute; concentrate | disperse;
attract | repel; attraction | repulsion; invite welcome | uninvite expel reject; welcome | unwelcome;
arrive come enter reach approach | leave depart exit flee; stay remain | flee depart quit; stay | leave;
cheaper | dearer pricier; hold withstand | break collapse; cheap | dear;
approach near | retreat recede; follow heed | defy ignore disregard; postpone | advance;
start begin commence launch initiate resume continue | end finish stop cease conclude terminate halt discontinue quit;
injured wounded hurt wound injure | unharmed unhurt uninjured unscathed; accept adopt | decline;
lenient undemanding | demanding strict; skilled trained expert | unskilled untrained;
concrete material physical | spiritual; facilitate ease enable | inhibit hamper impede;
realistic sensible reasonable | absurd unrealistic ridiculous; acidic sour | sweet alkaline;
popular beloved liked | detested unpopular hated; insider | outsider; conflict dispute clash | agreement harmony;
movement motion activity | inactivity stillness; operational working | inactive inoperative;
untainted clean | infected contaminated; close adjacent | distant apart; deliver | collect;
release free | imprison hold detain; restore rebuild | demolish destroy; achieve attain gain | surrender forfeit;
control curb contain | unleash; development growth | eradication decline; bury | uncover exhume unearth;
welcome embrace greet | shun shirk; ease relieve alleviate soothe | magnify aggravate worsen; lead | trail lag;
agree concur | dissent disagree; flow | stoppage; affected altered | unchanged unaffected; appear | vanish;
promise commit | renege; officer policeman | criminal; reach attain | miss; allow let | stop prevent forbid;
attend | skip; notice | overlook; raise | level raze; confident | hesitant insecure; evacuate | resettle;
subsidise subsidize | tax; absolute | relative; absolutely completely fully entirely totally | partially partly;
complete full total whole entire | partial incomplete; completely | partially; whole | part;
perfect | imperfect flawed; definite | indefinite; exact precise | approximate vague;
exactly precisely | approximately roughly; direct | indirect; directly | indirectly;
natural | artificial synthetic unnatural; organic | inorganic synthetic; physical | mental spiritual;
concrete | abstract; theory | practice; theoretical | practical; subjective | objective;
voluntary | compulsory mandatory obligatory involuntary; voluntarily | involuntarily;
optional | mandatory compulsory obligatory required; necessary required | unnecessary optional; possible | impossible;
possibility | impossibility; able capable | unable incapable; likely probable | unlikely improbable;
probably | improbably; speculate suggest claim assert | dismiss deny; announce declare proclaim | conceal withhold;
expected | unexpected surprising; expectedly | unexpectedly;
planned intentional deliberate | unplanned accidental unintentional;
intentionally deliberately | accidentally unintentionally inadvertently; cause | prevent;
prevent stop avoid | cause promote allow; maintain keep retain preserve | abandon drop discard abolish;
keep | discard lose; introduce | abolish withdraw; impose | lift; tighten | loosen ease relax;
escalate intensify | deescalate ease subside; escalation | de-escalation; inflate | deflate; inflation | deflation;
deploy | withdraw; attend | miss skip; attach | detach; leader | follower; boss | subordinate; superior | inferior;
senior | junior; professional | amateur; expert | layman; odd | even; married | single divorced unmarried;
marry | divorce; marriage | divorce; reconstruct | deconstruct; reconstructive | deconstructive;
obey comply | disobey defy; loyal faithful | disloyal unfaithful treacherous; loyalty | disloyalty betrayal;
respect | disrespect contempt; honour honor | dishonour dishonor disgrace; fair just | unfair unjust;
justice | injustice; qualified | unqualified; armed | unarmed; arm | disarm; populate | depopulate;
populated inhabited | uninhabited deserted; fence barrier | opening; bridge | gap; isolation | integration inclusion;
hurry rush | linger dawdle; hot | icy; hunger | satiety; hungry | full sated; thirst | satiation; drunk | sober;
raw | cooked; fresh | rotten stale; sweet | bitter sour; tame | wild; virtue | vice; virtuous | sinful; heaven | hell;
angel | devil; hero | villain coward; saint | sinner; male | female; masculine | feminine; deny | grant;
disappoint | satisfy delight; disappointed | satisfied delighted; satisfied | dissatisfied unsatisfied;
satisfaction | dissatisfaction; dominant | subordinate recessive; fertile | barren infertile; flat | hilly steep;
gentle | rough harsh; mild | harsh severe; moderate | extreme; extreme | moderate mild; former | current;
frequent | rare infrequent; innocence | guilt; lengthen | shorten; major | minor;
minimise minimize | maximise maximize; oppose | support; against | favour favor; overestimate | underestimate;
overvalue | undervalue; appreciate | depreciate; upstream | downstream; uphill | downhill; upstairs | downstairs;
indoor indoors | outdoor outdoors; offline | online; inward | outward; inflow influx | outflow exodus;
immigrant | emigrant; immigration | emigration; immigrate | emigrate; entrance | exit; incoming | outgoing;
onshore | offshore; outbreak | end; vacate | occupy; reward | punish penalise penalize; reward | punishment penalty;
reduce | increase; rebel | obey; resist | yield surrender submit; resistance | surrender submission;
attacker | defender; regain | lose; reunite | separate; rejoin | leave; resign | take-over;
restrict limit | expand extend; restriction | freedom; strict | lenient lax; talkative | taciturn;
temporary | permanent; thorough | superficial; tragedy tragic | comedy comic; variable | constant;
constant | intermittent variable; vertical | horizontal; visible | invisible hidden; well-known | unknown;
worthy | unworthy; zenith | nadir
"""

#: Those that tell one event from its two ends.
_CONVERSES = """
buy purchase acquire | sell; lend loan | borrow; teach | learn; beat defeat | lose; win | lose; give hand | receive take
get; send | receive get; lead precede | follow; employ | work; lease let | rent; export | import; chase | flee;
inherit | bequeath; pay | earn; ask | answer
"""

#: What makes the opposite of a word: before it, or at its end.
_PREFIXES = ("un", "in", "im", "il", "ir", "non", "dis", "de", "anti", "mis")
_SUFFIXES = (("ful", "less"), ("proof", "prone"))
#: Words that only look like the negative of another.
_NOT_NEGATIVE = word_set(
    "invaluable inflammable increase inform income invest inside into internal invent invite include indeed intend "
    "unit unite union until under uncle deliver demand depart defend design deserve detail decline determine describe "
    "define debase devote derive desire delight delay degree debate depress depend demonstrate despite detain dear "
    "discover discuss disease display distance distribute district disk dish misses missed mission impress improve "
    "import impart implant inhabit ingrain install instill instruct intake involve inland infirm input inset insight "
    "intense intent indoor irate ill illness illuminate immense demean debug depart decent decease decrease inflow"
)


def _read(table: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for group in table.split(";"):
        left, right = (side.split() for side in group.split("|"))
        for one in left:
            found[one].update(right)
        for two in right:
            found[two].update(left)
    return dict(found)


_QUANTITIES, _OPPOSITES, _CONVERSE = _read(_QUANTITY), _read(_WORDS), _read(_CONVERSES)


@lru_cache(maxsize=1 << 16)
def are_quantity_opposites(one: str, two: str) -> bool:
    """Whether two words say more and less, before and after, up and down; lower case, inflected or not."""
    return _meet(_QUANTITIES, one, two)


@lru_cache(maxsize=1 << 16)
def are_opposites(one: str, two: str) -> bool:
    """Whether two words of one text are opposites, by the table or by a prefix; lower case, inflected or not."""
    return _meet(_OPPOSITES, one, two) or is_negative_of(one, two) or is_negative_of(two, one)


def _meet(table: dict[str, set[str]], one: str, two: str) -> bool:
    others = set(bases(two))
    return any(not others.isdisjoint(table.get(base, ())) for base in bases(one))


@lru_cache(maxsize=1 << 12)
def are_converses(one: str, two: str) -> bool:
    """Whether two verbs tell one event from its two ends (buy and sell)."""
    return _meet(_CONVERSE, one, two)


def are_written_opposites(one: str, two: str) -> bool:
    """Whether the tables have two words as opposites."""
    return _meet(_OPPOSITES, one, two) or _meet(_QUANTITIES, one, two)


def is_negative_of(one: str, two: str) -> bool:
    """Whether the first word is the second with a negative prefix or ending (unable, useless)."""
    if one in _NOT_NEGATIVE:
        return False
    for prefix in _PREFIXES:
        if one.startswith(prefix) and len(one) - len(prefix) >= 4:
            rest = set(bases(one[len(prefix) :]))
            if not rest.isdisjoint(bases(two)):
                return True
    return any(
        one.endswith(less)
        and two.endswith(full)
        and one[: -len(less)] == two[: -len(full)]
        and len(one) > len(less) + 2
        for full, less in _SUFFIXES
    )
