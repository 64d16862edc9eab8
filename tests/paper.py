"""Small pdf and docx files, made where a test needs them."""

import io
import zipfile
import zlib

PAGE = (612, 792)


def make_pdf(pages, *, info="", compress=False, drawn="", trailer=""):
    """A pdf of lines `(x, y, size, text)`, one list a page; `drawn` is put on a page without lines."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for lines in pages:
        shown = "\n".join(
            f"BT /F1 {size} Tf {x} {y} Td ({text.replace(chr(92), chr(92) * 2).replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj ET"
            for x, y, size, text in lines
        )
        shown = (shown or drawn).encode("cp1252")
        content = zlib.compress(shown) if compress else shown
        kind = "/Filter /FlateDecode " if compress else ""
        objects.append((f"<< {kind}/Length {len(content)} >>\nstream\n").encode() + content + b"\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< {info} >>")
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(
            f"{number} 0 obj\n".encode() + (body if isinstance(body, bytes) else body.encode("cp1252")) + b"\nendobj\n"
        )
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010d} 00000 n \n".encode() for place in places)
    out.write(
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R {trailer} >>\nstartxref\n{start}\n%%EOF".encode()
    )
    return out.getvalue()


def lines_of(text, *, x=72, top=720, size=11, width=80, leading=14):
    """Lines of paragraphs, wrapped at `width` characters, a wider gap between paragraphs."""
    y = top
    found = []
    for paragraph in text.split("\n\n"):
        for line in paragraph.split("\n") if "\n" in paragraph else wrapped(paragraph, width):
            found.append((x, y, size, line))
            y -= leading
        y -= leading
    return found


def wrapped(text, width):
    lines, line = [], ""
    for word in text.split(" "):
        if len(line) + len(word) + 1 > width and line:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def make_docx(paragraphs=(), *, rows=(), title="", author=""):
    from docx import Document

    document = Document()
    document.core_properties.title = title
    document.core_properties.author = author
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    if rows:
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def docx_bomb(megabytes):
    """A docx of a few KB whose main part unpacks to `megabytes`."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(make_docx([(None, "Tea.")]))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for part in good.infolist():
            content = good.read(part)
            if part.filename == "word/document.xml":
                content = content.replace(b"Tea.", b"Tea. " * (megabytes * 2**20 // 5))
            bad.writestr(part.filename, content)
    return out.getvalue()


def pdf_bomb(megabytes):
    """A pdf of a page whose content unpacks to `megabytes` of text."""
    packer = zlib.compressobj(9)
    part = b"(Tea ) Tj " * 100_000
    content = packer.compress(b"BT /F1 11 Tf 72 700 Td ")
    for _ in range(megabytes):
        content += packer.compress(part)
    content += packer.flush()
    page = make_pdf([[]])
    return page.replace(
        b"<< /Length 0 >>\nstream\n", b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(content) + content
    )
