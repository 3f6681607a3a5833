"""PDFs whose pages are turned, cropped, set in columns, with running lines and with words cut in two."""

from io import BytesIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import RectangleObject
from reportlab.pdfgen.canvas import Canvas

RED = "the envoy of Sinop"
"""Words that are set in red on each page, alone on their line."""
WIDTH, HEIGHT = 400, 600

COLUMNS = (
    (
        "The harbour was closed in the win-",
        "ter of that year, and the ships lay",
        "in the ice until spring came.",
    ),
    (
        "The customs were paid in silver by",
        "every captain who came from Kon-",
        "stanza with cotton or grain.",
    ),
)


def pages_pdf(*, turn=0, crop=None, pages=3):
    """A PDF of so many pages, each turned clockwise by ``turn`` degrees and cropped to a rectangle."""
    drawn = BytesIO()
    canvas = Canvas(drawn, pagesize=(WIDTH, HEIGHT))
    for number in range(1, pages + 1):
        draw(canvas, number)
        canvas.showPage()
    canvas.save()
    writer = PdfWriter(PdfReader(drawn))
    for page in writer.pages:
        page.rotate(turn)
        if crop:
            page.cropbox = RectangleObject(crop)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def draw(canvas, number):
    canvas.setFont("Helvetica", 9)
    canvas.drawString(60, 540, "Letters from the coast")
    canvas.drawString(200, 60, str(10 + number))
    for left, lines in zip((60, 220), COLUMNS, strict=True):
        for line, words in enumerate(lines):
            canvas.drawString(left, 480 - 12 * line, words)
    canvas.drawString(60, 400, f"On page {number} the envoy of Batum wrote of the fishing rights at last.")
    canvas.setFillColorRGB(1, 0, 0)
    canvas.drawString(60, 300, RED)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(60, 280, f"wrote of the treaty and of nothing else on the day of the {number}th.")
