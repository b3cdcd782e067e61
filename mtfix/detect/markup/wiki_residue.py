import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Example, Hit, Segment, Severity, Span, detector
from mtfix.text.verbatim import is_verbatim, speaks_of_markup

_SPACES = (
    "File|Image|Category|Media|Datei|Bild|Kategorie|Fichier|Catégorie|Archivo|Categoría|Ficheiro|Categoria|Fișier|"
    "Категорія|Категория|Файл|Зображення|Изображение|文件|分类|ファイル"
)
_FILE = rf"\[\[ ?:?(?:{_SPACES}) ?:[^\[\]\n]{{1,300}}\]\]"
_LINK = r"\[\[ ?(?:[^\[\]|\n]{1,100}\|)?(?P<label>[^\[\]|\n]{1,100}?) ?\]\]"
_BOLD = r"(?<!')'''(?P<bold>[^'<\n](?:[^'<\n]|'(?!''))*)'''(?!')"
_HEADING = r"^\s*(?P<rule>={2,5}) ?(?P<heading>[^=\n]{1,100}?) ?(?P=rule)\s*$"
_NOTE = (
    r" ?\[ ?(?:citation needed|clarification needed|better source needed|edit source|original research\?|when\?|who\?|"
    r"by whom\?|dubious – discuss|needs update|page needed|not in citation given) ?\]"
    r"|(?<=\w)\[ ?edit(?: \| edit source)? ?\]"
)
_REF = r"<ref(?:\s[^<>\n]{0,100})?/>|<ref(?:\s[^<>\n]{0,100})?>[^<\n]{0,300}</ref>|__(?:NO)?TOC__|__NOEDITSECTION__"
_NUMBER = r"(?:(?<=[a-z]{3})|(?<=[.,;”\"]))(?:\[\d{1,3}\])+(?=[\s.,;]|$)"
_EXTERNAL = r"\[https?://[^\s\[\]]+ (?P<external>[^\[\]\n]{1,100})\]"
_WIKI = re.compile(
    f"{_FILE}|{_LINK}|{_BOLD}|{_HEADING}|{_NOTE}|{_REF}|(?P<number>{_NUMBER})|{_EXTERNAL}", re.IGNORECASE
)
_CODE = re.compile(r"\[\[ (?:-|!|\$|\")|\[\[\d|\]\],|\w\[\[")  # a shell test, a matrix

_LINKED = re.compile(r"^[^_]*\w\w[^_]*$")  # not "..." and no variable's name


@detector(
    category=Category.TAG,
    severity=Severity.MINOR,
    confidence=0.97,
    touches=("name", "number", "title", "url", "tag", "placeholder"),
    bad=[
        Example("⟦[[File:Harbour.jpg|thumb|left]]⟧The harbour is old.", fixed="The harbour is old."),
        Example("It lies on the ⟦[[Elbe River|Elbe]]⟧ and is ⟦'''old'''⟧.", fixed="It lies on the Elbe and is old."),
        Example("⟦== Early years ==⟧", fixed="Early years"),
        Example("It has 300 wells⟦ [citation needed]⟧ today.⟦[3]⟧", fixed="It has 300 wells today."),
    ],
    good=[
        Example("She said the [river] was high [sic] that year."),
        Example("if [[ -f notes ]]; then a = [[1, 2], [3, 4]]"),
        Example(
            "As Berg [1] and Holm [2] showed, 'tis '''so'''.",
            source="Wie Berg [1] und Holm [2] zeigten, ist es '''so'''.",
        ),
    ],
)
def wiki_residue(segment: Segment) -> Iterator[Hit]:
    """Markup of a wiki stands in the text.

    Encyclopaedia pages that are translated as source text keep their link brackets, bold marks,
    headings and editors' notes. A link becomes its label, a picture or category goes. A number in
    brackets may belong to a list of references: its deletion is only proposed. Forms: MediaWiki's
    help pages; the names of name spaces are those of eight languages.
    """
    text, source = segment.hypothesis, segment.source or ""
    if "[" not in text and "'''" not in text and "==" not in text and "<ref" not in text and "__" not in text:
        return
    if speaks_of_markup(text):
        return
    for match in _WIKI.finditer(text):
        found = match.group()
        if is_verbatim(text, *match.span()) and not match["external"]:
            continue
        label = match["label"]
        if found in source or (label and (_CODE.search(text) or not _LINKED.search(label))):
            continue
        keep = match["label"] or match["bold"] or match["heading"] or match["external"] or ""
        yield Hit(Span(*match.span()), fix=keep.strip(), applicability=UNSAFE if match["number"] else None)
