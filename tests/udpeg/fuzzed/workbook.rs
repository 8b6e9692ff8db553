//! Workbooks made by hand, so that any part of them can be wrong.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// A workbook of one sheet, whose rows `rows` writes as XML, and of one shared text.
pub(crate) fn workbook(rows: impl Fn(&mut dyn Write), text: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{office}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |inner: &str| format!("<Relationships xmlns=\"{package}\">{inner}</Relationships>");
    let sheet = relation("rId1", "worksheet", "worksheets/sheet1.xml");
    let texts = relation("rId2", "sharedStrings", "sharedStrings.xml");
    let parts = [
        ("_rels/.rels", relations(&relation("rId1", "officeDocument", "xl/workbook.xml"))),
        ("xl/_rels/workbook.xml.rels", relations(&(sheet + &texts))),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
    ];
    let written = "memory can be written";
    for (name, part) in parts {
        zip.start_file(name, options).expect(written);
        zip.write_all(part.as_bytes()).expect(written);
    }
    zip.start_file("xl/sharedStrings.xml", options).expect(written);
    zip.write_all(format!("<sst xmlns=\"{main}\"><si><t>").as_bytes()).expect(written);
    zip.write_all(text).expect(written);
    zip.write_all(b"</t></si></sst>").expect(written);
    zip.start_file("xl/worksheets/sheet1.xml", options).expect(written);
    zip.write_all(format!("<worksheet xmlns=\"{main}\"><sheetData>").as_bytes()).expect(written);
    rows(&mut zip);
    zip.write_all(b"</sheetData></worksheet>").expect(written);
    zip.finish().expect(written).into_inner()
}

/// One row of inline texts, and formulas where a cell begins with `=`: their cached value comes after a bar.
pub(crate) fn row(number: usize, cells: &[&str]) -> String {
    let cell = |(column, text): (char, &&str)| match text.strip_prefix('=').and_then(|formula| formula.split_once('|'))
    {
        Some((formula, value)) => format!("<c r=\"{column}{number}\" t=\"str\"><f>{formula}</f><v>{value}</v></c>"),
        None if text.is_empty() => String::new(),
        None => format!("<c r=\"{column}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
    };
    let cells: Vec<String> = ('A'..).zip(cells).map(cell).collect();
    format!("<row r=\"{number}\">{}</row>", cells.concat())
}
