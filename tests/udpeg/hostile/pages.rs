//! Deliveries whose pages claim what cannot be, or unpack to more than anybody has room for.

use super::forged::{Forged, PERSONS, Page, Struct};
use super::{MEBIBYTES, NOT_WHOLE, SELECT, bounded, fails};
use crate::bad_input::delivered;
use crate::bad_input::handmade::replace;
use crate::support::{Workplace, parquet_metadata};
use arrow_array::{ArrayRef, Date32Array, RecordBatch, StringArray};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use std::sync::Arc;

#[test]
fn pages_that_claim_what_cannot_be_fail_the_file() {
    let lies: [(&str, fn(&mut Page)); 18] = [
        ("two gibibytes unpacked", |page| page.unpacked = i32::MAX.into()),
        ("nine mebibytes unpacked", |page| page.unpacked = 9 << 20),
        ("less than nothing unpacked", |page| page.unpacked = -1),
        ("four gibibytes unpacked", |page| page.unpacked = 1 << 32),
        ("two gibibytes packed", |page| page.packed = i32::MAX.into()),
        ("one byte more than there is", |page| page.packed += 1),
        ("one byte less than there is", |page| page.packed -= 1),
        ("less than nothing packed", |page| page.packed = -1),
        ("more values than rows", |page| page.values = 3),
        ("two thousand million values", |page| page.values = i32::MAX.into()),
        ("fewer than no values", |page| page.values = -1),
        ("values by their differences", |page| page.encoding = 5),
        ("lengths by their differences", |page| page.encoding = 6),
        ("texts by their differences", |page| page.encoding = 7),
        ("bytes in streams", |page| page.encoding = 9),
        ("an encoding that there is not", |page| page.encoding = 77),
        ("a kind of page that there is not", |page| page.kind = 77),
        ("an index instead of data", |page| page.kind = 1),
    ];
    let place = delivered();
    let truth = Forged::new(&place);
    for codec in [0, 6] {
        for (case, lie) in lies {
            let mut forged = truth.clone();
            forged.codec = codec;
            lie(&mut forged.pages[0]);
            fails(&place, &format!("{case}, codec {codec}"), &forged);
        }
    }
    // The second kind of data page is read too.
    let mut forged = truth;
    forged.pages[0].kind = 3;
    forged.deliver(&place);
    bounded(&place, MEBIBYTES, &SELECT).succeeded();
}

#[test]
fn texts_behind_more_lengths_than_there_are_values_fail_the_file() {
    let place = delivered();
    let truth = Forged::new(&place);
    let with = |lengths: u64| {
        let mut forged = truth.clone();
        forged.pages = vec![Page::behind_lengths(&PERSONS, lengths)];
        forged
    };
    for lengths in [3, 1 << 31, 1 << 40, u64::MAX] {
        fails(&place, &format!("{lengths} lengths"), &with(lengths));
    }
    let mut second_kind = with(2);
    second_kind.pages[0].kind = 3;
    fails(&place, "the second kind of data page", &second_kind);
    let mut cut = with(2);
    cut.pages[0].body.truncate(2);
    (cut.pages[0].packed, cut.pages[0].unpacked) = (2, 2);
    fails(&place, "no more than two bytes", &cut);
    with(2).deliver(&place);
    bounded(&place, MEBIBYTES, &SELECT).succeeded();
}

#[test]
fn dictionaries_that_claim_what_cannot_be_fail_the_file() {
    let place = delivered();
    let lies: [(&str, fn(&mut Page)); 4] = [
        ("two thousand million words", |page| page.values = i32::MAX.into()),
        ("fewer than no words", |page| page.values = -1),
        ("three mebibytes of words", |page| page.unpacked = 3 << 20),
        ("words by their differences", |page| page.encoding = 7),
    ];
    let truth = Forged::new(&place);
    for (case, lie) in lies {
        let mut forged = truth.clone();
        let mut words = forged.pages[0].clone();
        words.kind = 2;
        lie(&mut words);
        forged.pages.insert(0, words);
        fails(&place, case, &forged);
    }
}

#[test]
fn heads_of_pages_that_cannot_be_read_fail_the_file() {
    let head = || Struct::new().i32(1, 0).i32(2, 72).i32(3, 72);
    let values = || Struct::new().i32(1, 2).i32(2, 0).i32(3, 3).i32(4, 3);
    let statistics = |bytes: usize| {
        Struct::new().field(1, 8, &[super::forged::variable(bytes as u64), vec![b'x'; bytes]].concat()).end()
    };
    let place = delivered();
    let truth = Forged::new(&place);
    for (case, bytes) in [
        ("nothing", vec![]),
        ("zero bytes", vec![0; 1000]),
        ("bytes of all ones", vec![0xff; 1000]),
        ("no values", head().end()),
        ("no end", head().field(5, 12, &values().end()[..8]).end()),
        ("values twice", head().field(5, 12, &values().end()).field(8, 12, &values().end()).end()),
        (
            "sizes that are texts",
            Struct::new().i32(1, 0).text(2, "72").text(3, "72").field(5, 12, &values().end()).end(),
        ),
        ("a head longer than any", head().field(5, 12, &values().field(5, 12, &statistics(1 << 17)).end()).end()),
    ] {
        let mut forged = truth.clone();
        let body = forged.pages[0].body.clone();
        forged.page_bytes = Some([bytes, body].concat());
        fails(&place, case, &forged);
    }
    // A long one that is whole is passed over.
    let mut forged = truth;
    let body = forged.pages[0].body.clone();
    forged.page_bytes =
        Some([head().field(5, 12, &values().field(5, 12, &statistics(5_000)).end()).end(), body].concat());
    forged.deliver(&place);
    bounded(&place, MEBIBYTES, &SELECT).succeeded();
}

/// Family's extract with these columns' cells, all other cells being those of one row repeated.
fn packed(
    place: &Workplace,
    rows: usize,
    cells: &[(&str, ArrayRef)],
    set: impl Fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder,
) {
    let of = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text; rows])) };
    let days = |day: Option<i32>| -> ArrayRef { Arc::new(Date32Array::from(vec![day; rows])) };
    let none: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>; rows]));
    let person = "4055a05620afe904215fe3c06d086e51";
    let usual: [(&str, ArrayRef); 8] = [
        ("person", of(person)),
        ("record", Arc::clone(&none)),
        ("type", of("other")),
        ("start", days(Some(19_000))),
        ("end", days(None)),
        ("child", none),
        ("sex", of("F")),
        ("age_band", of("67+")),
    ];
    let columns = usual.map(|(name, usual)| {
        let cells = cells.iter().find(|(other, _)| *other == name).map_or(usual, |(_, cells)| Arc::clone(cells));
        (name, cells)
    });
    let is_nullable = |name: &str| matches!(name, "record" | "end" | "child");
    let field = |(name, cells): &(&str, ArrayRef)| Field::new(*name, cells.data_type().clone(), is_nullable(name));
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns.map(|(_, cells)| cells).to_vec()).unwrap();
    let entries = parquet_metadata(&place.path("out/2024Q4/delivery/family/extract.parquet"));
    let entries = entries.into_iter().filter(|(key, _)| key.starts_with("udpeg."));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(entries.map(|(key, value)| KeyValue::new(key, value)).collect()));
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(set(properties).build())).unwrap();
    writer.write(&batch).unwrap();
    replace(place, "extract.parquet", &writer.into_inner().unwrap());
}

#[track_caller]
fn extract_fails(place: &Workplace, says: &str) {
    let before = place.files("out");
    let bytes = before["2024Q4/delivery/family/extract.parquet"].len();
    assert!(bytes < 1 << 20, "{bytes} bytes do not unpack to anything unheard of");
    bounded(place, MEBIBYTES, &SELECT).failed(1, &["family/extract.parquet", says]);
    assert!(place.files("out") == before);
}

#[test]
fn pages_that_unpack_to_more_than_any_page_has_fail_the_file() {
    // A cell of 32 mebibytes, packed to some kilobytes.
    let cell: ArrayRef = Arc::new(StringArray::from(vec!["0".repeat(32 << 20)]));
    let place = delivered();
    for column in ["person", "record", "sex"] {
        packed(&place, 1, &[(column, Arc::clone(&cell))], |set| set.set_dictionary_enabled(false));
        extract_fails(&place, NOT_WHOLE);
    }
    packed(&place, 1, &[("type", cell)], |set| set.set_dictionary_page_size_limit(1 << 30));
    extract_fails(&place, NOT_WHOLE);
}

#[test]
fn many_pages_as_large_as_may_be_take_bounded_memory() {
    // Twelve cells of seven mebibytes each, on a page of its own; the first is no type.
    let cells: ArrayRef = Arc::new(StringArray::from(vec!["0".repeat(7 << 20); 12]));
    let place = delivered();
    packed(&place, 12, &[("type", cells)], |set| {
        set.set_dictionary_enabled(false).set_data_page_size_limit(1).set_write_batch_size(1)
    });
    extract_fails(&place, "column `type`: a type is empty, or longer than any");
    // A word of nearly two mebibytes that stands in every row.
    let cells: ArrayRef = Arc::new(StringArray::from(vec!["0".repeat(2_000_000); 40]));
    let place = delivered();
    packed(&place, 40, &[("type", cells)], |set| set.set_dictionary_page_size_limit(1 << 30));
    extract_fails(&place, "column `type`: a type is empty, or longer than any");
}

#[test]
fn rows_that_take_next_to_no_room_are_only_believed_in_proportion() {
    let place = delivered();
    packed(&place, 2_000_000, &[], |set| {
        set.set_max_row_group_row_count(Some(10_000_000)).set_data_page_row_count_limit(10_000_000)
    });
    extract_fails(&place, NOT_WHOLE);
    // As many as any file may have are read: equal rows of different types that left as `other`.
    let place = delivered();
    packed(&place, 1_000_000, &[], |set| set);
    bounded(&place, MEBIBYTES, &SELECT).succeeded();
}

#[test]
fn ways_of_writing_that_can_claim_room_for_more_than_there_is_fail_the_file() {
    let ways: [fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder; 2] = [
        |set| set.set_column_encoding("type".into(), Encoding::DELTA_BYTE_ARRAY),
        |set| set.set_column_encoding("start".into(), Encoding::DELTA_BINARY_PACKED),
    ];
    for set in ways {
        let place = delivered();
        packed(&place, 10, &[], |properties| set(properties.set_dictionary_enabled(false)));
        extract_fails(&place, NOT_WHOLE);
    }
}

#[test]
fn other_writers_ways_that_take_no_more_room_than_they_claim_are_read() {
    let ways: [fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder; 7] = [
        |set| set,
        |set| {
            let set = set.set_dictionary_enabled(false);
            ["person", "record", "child", "type"]
                .into_iter()
                .fold(set, |set, column| set.set_column_encoding(column.into(), Encoding::DELTA_LENGTH_BYTE_ARRAY))
        },
        |set| set.set_dictionary_enabled(false),
        |set| set.set_compression(Compression::UNCOMPRESSED),
        |set| set.set_writer_version(WriterVersion::PARQUET_2_0),
        |set| set.set_max_row_group_row_count(Some(7)),
        |set| set.set_data_page_row_count_limit(3).set_write_batch_size(1),
    ];
    for set in ways {
        let place = delivered();
        packed(&place, 100, &[], set);
        bounded(&place, MEBIBYTES, &SELECT).succeeded();
    }
}
