"""A folder of letters that have no titles, under names that say nothing: texts, mails and Word files."""

import io

from docx import Document

_TEXTS = {
    "IMG_2031.txt": """\
Vienna, 3 March 1911

Dear Anna,

I have had your letter from Trieste this morning, and Uncle Josef read it aloud at breakfast. The
house in Linz is let at last, to a Mr Hofer, who pays forty crowns the month. Please tell Doctor
Adler that his books arrived safely.

Your loving brother,
Karl Weber
""",
    "scan0002.txt": """\
Trieste, 19 March 1911

Dear Karl,

Thank you for the news of Linz. Doctor Adler was pleased about the books and asks you to thank Josef
Brandt for the crate. We go to Vienna at Easter, if Mr. Hofer's rent has come. Marta is well and
walks by the sea each evening.

Your sister,
Anna Weber
""",
    "scan0003.txt": """\
the crate has come and nothing was broken. Adler is delighted. I shall write to Anna from Graz on
Monday; the train leaves Vienna at six. Karl was here on Sunday with Frau Hofer and the children.

M. Lindner
""",
    "scan0004.txt": """\
Linz, 2. April 1911

Lieber Karl,

ich danke dir für deinen Brief aus Wien. Herr Hofer hat die Miete bezahlt, und das Dach ist gedeckt.
Josef Brandt fährt morgen nach Graz und besucht dort Marta Lindner.

Dein Onkel
Josef
""",
}
_MAILS = {
    "0001.eml": """\
From: Ruth Hall <ruth@example.org>
To: Peter Grant <peter@example.org>
Date: Tue, 4 Jun 2019 09:12:00 +0000
Content-Type: text/plain; charset=utf-8

Dear Peter,

the survey of the Weber letters is done. Professor Klein in Vienna has read the ones from Trieste
and wants to see the originals in October. Could you ask the archive in Linz whether Mrs Novak still
has the keys?

Ruth
""",
    "0002.eml": """\
From: Peter Grant <peter@example.org>
To: Ruth Hall <ruth@example.org>
Date: Thu, 6 Jun 2019 17:40:00 +0000
Subject: Re: keys
Content-Type: text/plain; charset=utf-8

Dear Ruth,

Mrs Novak has the keys. She asks that Professor Klein write to her in Linz before he comes. The
originals can be seen on any Tuesday; Anna Weber's letters lie in box four.

Peter
""",
    "0003.eml": """\
From: Ruth Hall <ruth@example.org>
To: Peter Grant <peter@example.org>
Date: Fri, 7 Jun 2019 08:02:00 +0000
Subject: Re: keys
Content-Type: text/plain; charset=utf-8

Dear Peter,

thank you. Professor Klein will write to Mrs Novak today. He will come to Linz by train from Vienna
on the 14th of October and stay with the Brandts.

Ruth
""",
}
_WORD_FILES = {
    "Document1.docx": """\
Graz, 11 April 1911

Dear Mr. Weber,

I write on behalf of Marta Lindner, who is ill. The doctor, Doctor Adler of Trieste, came on Saturday
and will stay in Graz until she can travel. Josef Brandt has promised to tell Anna.

Yours faithfully,

Eduard Pichler
""",
    "Document2.docx": """\
Vienna, 20 April 1911

Dear Mr. Pichler,

I thank you for your letter about Marta Lindner. My sister Anna leaves Trieste tomorrow and will be
in Graz on Friday. Please give Doctor Adler our thanks; Mr Hofer sends the money from Linz.

Yours sincerely,

Karl Weber
""",
}


def untitled_letters():
    """Return the letters as they lie in the folder: the bytes of each by its file's name."""
    word_files = {name: _word_file(text) for name, text in _WORD_FILES.items()}
    return {**{name: text.encode() for name, text in (_TEXTS | _MAILS).items()}, **word_files}


def _word_file(text):
    document, written = Document(), io.BytesIO()
    for paragraph in text.strip().split("\n\n"):
        document.add_paragraph(" ".join(paragraph.split()))
    document.save(written)
    return written.getvalue()
