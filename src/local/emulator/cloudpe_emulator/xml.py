"""The few lines of XML that the query APIs' answers need."""

from xml.sax.saxutils import escape as _escape


def escape(value):
    if isinstance(value, bool):
        value = str(value).lower()
    return _escape(str(value), {'"': "&quot;"})


def element(name, inner):
    """An element around XML."""
    return f"<{name}>{inner}</{name}>"


def elements(fields):
    """One element a field, values escaped; a field without a value is left out."""
    return "".join(element(name, escape(value)) for name, value in fields.items() if value not in (None, ""))
