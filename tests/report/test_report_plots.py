"""What plots draw is in their tables, and nothing in a figure is there for nothing."""

from xml.etree import ElementTree

import numpy as np
import sample

from mtqe.report.plots import plots

OF = sample.systems(("alpha", "beta"), sizes=(80,), documents=(1,))
ALPHA, BETA = (OF.scores[0][name, "chrf"].values for name in ("alpha", "beta"))


def test_a_distribution_stands_in_its_table() -> None:
    table = plots(OF)["set-1", "distribution"].table
    assert table is not None
    assert table.heads == (
        *("System", "units", "lowest", "10 % below", "25 % below", "median", "75 % below", "90 % below", "highest"),
    )
    expected = [f"{x:.1f}" for x in np.percentile(ALPHA, [0, 10, 25, 50, 75, 90, 100])]
    assert table.rows[0] == ("alpha", "80", *expected)


def test_the_cells_of_the_scatter_count_every_unit_once() -> None:
    plot = plots(OF)["set-1", "scatter"]
    assert plot.table is not None
    counts = np.array([[int(cell or 0) for cell in row[1:]] for row in plot.table.rows])
    edges = np.linspace(min(ALPHA.min(), BETA.min()), max(ALPHA.max(), BETA.max()), 11)
    assert (counts.sum(axis=1) == np.histogram(ALPHA, edges)[0]).all()
    assert (counts.sum(axis=0) == np.histogram(BETA, edges)[0]).all()
    assert (
        plot.left_out
        == f"Of 80 units alpha scores higher on {(ALPHA > BETA).sum()}, beta on {(ALPHA < BETA).sum()}, "
        + (f"both the same on {(ALPHA == BETA).sum()}.")
    )


def test_shares_of_wrong_names_are_drawn_from_thirty_on() -> None:
    assert ("set-1", "entities") not in plots(OF)
    many = sample.systems(("alpha", "beta"), sizes=(160,), documents=(1,))
    assert "alpha all 100 %, place 100 %" in plots(many)["set-1", "entities"].svg


def test_figures_have_no_empty_groups() -> None:
    for plot in plots(OF).values():
        root = ElementTree.fromstring(plot.svg)
        groups = [g for g in root.iter() if g.tag.endswith("}g")]
        assert all(set(g.attrib) - {"id"} for g in groups), plot.name
        assert sum(1 for _ in root.iter()) < 300
