import re
from collections.abc import Iterator

from mtfix.detect.api import UNSAFE, Category, Document, Example, Hit, Severity, Span, document_detector
from mtfix.lang.outlets import outlets

_NAME = r"[A-Z][\w’'.&-]*"
_LABEL = (
    r"(?:[Vv]ideo|VIDEO|[Pp]hotos?|PHOTOS?|[Pp]ictures?|[Ii]n pictures|[Ii]mages?|[Gg]allery|[Pp]hoto gallery|"
    r"[Ss]lideshow|[Ii]nfographics?|"
    r"[Aa]udio|[Pp]odcast|[Ll]ive updates|[Ll]ive blog|[Ff]oto|[Ww]atch(?: the)? video|[Pp]hoto report|[Mm]ap)"
)
# Words that make another thing of it: "– Video Games".
_COMMON = r"(?:Games?|Editors?|Stores?|Clubs?|Art|Assistants?|Finish|Albums?|Books?|Calls?|Conferences?|Shoots?|Ops?)\b"
# "... of Belgorod – Video Russia", "... - Photo Getty", "... | Video"
_TAIL = re.compile(
    r"(?<=[\w’”\")!?])(?P<sep> ?[–—|•·] ?| -{1,2} )"
    rf"(?P<tail>{_LABEL}(?: (?:gallery|report|reportage|clip|essay|series|story|blog))?"
    rf"(?: ?[:/,|–-] ?| )?(?!{_COMMON})(?:{_NAME}(?:[ /]{_NAME}){{0,3}})?)$"
)
# "Photo: Anna Berg / Agency", a line of its own or in brackets at the end of one.
_CREDIT = re.compile(
    r"(?P<credit>\(?(?:[Pp]hotos?|PHOTO|[Ii]mage|[Pp]icture|[Vv]ideo|[Ff]oto|[Ss]creenshot|[Pp]hotograph)"
    r"(?: ?credits?| by| courtesy of)? ?[:©] ?"
    r"[^\s.!?][^.!?\n]{1,60}\)?)$"
)
_SITE = re.compile(r"(?<=\S)(?P<sep> [–—|·•:-]{1,2} | ?\| ?)(?P<site>[^–—|·•\n]{2,40})$")

# A paper that no list has, at the end of a title: "– The Morning Ledger".
_PAPER = re.compile(
    r"The (?:[A-Z][a-z]+ ){1,3}(?:Times|Post|Herald|Tribune|Gazette|"
    r"Chronicle|Telegraph|Mirror|Journal|News|Observer|Star|"
    r"Courier|Examiner|Dispatch|Globe|Register|Sentinel|Mail|Express|Record|Press|Ledger|Bulletin|Inquirer)"
)
# A source that ends in a label too: the label was translated, as it should be.
_SOURCE_TAIL = re.compile(r"(?:[-–—_|｜·]|[:：©] ?)[^-–—_|｜·:：\n]{1,40}$")


@document_detector(
    category=Category.BOILERPLATE,
    severity=Severity.MINOR,
    confidence=0.8,
    applicability=UNSAFE,
    touches=("name", "title"),
    bad=[
        Example(
            "Flood waters reach the old town of Passau – ⟦Video Germany⟧",
            fixed="Flood waters reach the old town of Passau",
        ),
        Example(
            "Mayor opens new bridge | ⟦Photo Reuters⟧\nThe bridge opened on Friday.",
            fixed="Mayor opens new bridge\nThe bridge opened on Friday.",
        ),
        Example(
            "Mayor opens new bridge – ⟦The Guardian⟧\nIt opened on Friday.",
            fixed="Mayor opens new bridge\nIt opened on Friday.",
        ),
        Example("Crowds cross the bridge. ⟦(Photo: Anna Berg)⟧", fixed="Crowds cross the bridge."),
    ],
    good=[
        Example("He sells only two things – video and photo equipment."),
        Example("The story was first told by one paper – the Guardian."),
        Example("Video Russia: the new channel is on the air."),
        Example("We met the crew – Photo Editor Ann Lee included."),
    ],
)
def caption_residue(document: Document) -> Iterator[Hit]:
    """A label or site name of the page hangs at the end of a line.

    Captions and titles carry the kind of picture, the section, the agency or the site after a dash
    or bar ("- Video Russia", "| Reuters"). Translated as one line with the sentence, the label
    becomes part of it. Names of papers and agencies: lang/outlets.txt.
    """
    for index, segment in enumerate(document.segments):
        text = segment.hypothesis.rstrip()
        if not text or len(text) > 300 or (text[-1] in ".!?:;,…" and text[-1:] != ")"):
            continue
        for match in (_TAIL.search(text), _CREDIT.search(text), _site(text, index)):
            if match is None or (segment.source and _SOURCE_TAIL.search(segment.source)):
                continue
            group = next(g for g in ("tail", "credit", "site") if g in match.re.groupindex)
            if group == "credit" and segment.source:
                continue  # a credit that is translated as a segment of its own
            span = Span(*match.span(group))
            start = match.start()
            while start and text[start - 1] == " ":
                start -= 1
            yield Hit(span, segment=index, edits=((Span(start, span.end), ""),))
            break


def _site(text: str, index: int) -> re.Match[str] | None:
    """Return the site's name after the title; only first lines have one."""
    match = _SITE.search(text) if index < 3 else None
    return match if match and (match["site"].strip().lower() in outlets() or _PAPER.fullmatch(match["site"])) else None
