"""Given names and the forms that people who bear them also go by."""

from __future__ import annotations

from functools import lru_cache

#: Forms of one name: short ones, and spellings of one sound, which other scripts do not tell apart.
_FORMS = """
alexander aleksandr oleksandr alex sasha sanya shura | alexandra aleksandra oleksandra sasha sandra
alexei alexey aleksei oleksii alyosha | anastasia anastasiya nastya | andrew andy drew | ann anne annie
anthony antony tony | antonina tonya | barbara barb varvara varya | benjamin ben benny | boris borys borya
catherine katherine katharine kathryn kate katie kathy cathy | charles charlie chuck | christopher chris
daniel dan danny | daria darya dasha | david dave davy | dmitry dmitri dmytro dima mitya | donald don donnie
edward ed eddie ted | ekaterina yekaterina kateryna katya | elena yelena olena lena
elizabeth elisabeth liz beth betty lizzie eliza | eric erik erick | eugene gene
evgeny yevgeny evgenii yevgenii yevhen zhenya | frederick fred freddie | galina halyna galya
gennady hennadii gena | geoffrey jeffrey jeff geoff | gregory greg | grigory grigori hryhorii grisha
henry harry hank | igor ihor | irina iryna ira | ivan vanya | jacob jake | james jim jimmy jamie
jennifer jen jenny | john johnny jon jack | jonathan jonathon jon | joseph joe joey | joshua josh
kenneth ken kenny | konstantin kostya | larisa larysa lara | lawrence laurence larry | leonard len lenny
leonid lenya | lyudmila liudmyla ludmila lyuda | margaret maggie meg peggy | maria mariia mariya masha
mark marc | matthew matt | maxim maksim maksym max | michael mike mick | mikhail mykhailo misha
nadezhda nadiia nadya | natalia natalya nataliia natasha | nicholas nicolas nick | nikolai nikolay mykola kolya
oleg oleh | olga olha olya | patricia pat patty tricia | patrick pat paddy | pavel pavlo pasha | peter pete
pyotr petr petro petya | philip phillip phil | rebecca becky | richard rick dick rich ricky
robert rob bob bobby robbie | ronald ron | samuel sam sammy | sara sarah | sergei sergey serhii seryozha
sofia sofiya sofiia sonya | stanislav stas | stephen steven stephan steve | susan sue susie
svetlana svitlana sveta | tatiana tatyana tetiana tanya | theodore ted teddy | thomas tom tommy | timothy tim
valentina valya | valery valerii valera | victor viktor vitya | victoria viktoria viktoriia vicky vika
vladimir volodymyr vova volodya | vyacheslav viacheslav slava | walter walt | william will bill billy willie
yaroslav slava | yulia yuliya yuliia | yuri yury yurii yura
"""


@lru_cache(maxsize=1)
def _names() -> dict[str, frozenset[int]]:
    names: dict[str, set[int]] = {}
    for number, forms in enumerate(_FORMS.replace("\n", "|").split("|")):
        for form in forms.split():
            names.setdefault(form, set()).add(number)
    return {form: frozenset(numbers) for form, numbers in names.items()}


def given_names(form: str) -> frozenset[int]:
    """The given names, as numbers, of which a plain form is one: Kate and Catherine share one, Sasha has two."""
    return _names().get(form, frozenset())
