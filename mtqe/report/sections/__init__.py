"""Sections of the report, one file each; a new one needs no edit elsewhere.

A section is a module `mtqe/report/sections/NAME.py`, or an entry point NAME of the group `mtqe.report.sections`, with

ORDER     int, its place on the page: the built-in ones leave gaps of ten
TITLE     its heading; without one, NAME
html      takes the Evaluation and gives the body of the section as Markup, or None to leave the section out
markdown  the same as text for `report.md`, or None
SCRIPT    the text of a script that the page then runs at its end; most have none
"""
