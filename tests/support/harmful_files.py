"""Small files that take far more to read than they have bytes, made here; none is kept."""

import zlib


def swelling_pdf(shows):
    """Return a PDF of one page whose content, packed twice, shows a letter so many times.

    A million shows take some hundred bytes of file and, in PDFium, some hundred megabytes of memory.
    """
    content = b"BT /F1 9 Tf 1 0 0 1 72 720 Tm " + b"(a) Tj " * shows + b"ET"
    packed = zlib.compress(zlib.compress(content, 9), 9)
    length, fonts = len(packed), b"<< /Font << /F1 5 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources %s >>" % fonts,
        b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream" % (length, packed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data = b"%PDF-1.5\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return data + head + trailer
