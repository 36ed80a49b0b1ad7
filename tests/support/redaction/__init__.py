"""Labelled corpora for redaction, made anew at run time."""
