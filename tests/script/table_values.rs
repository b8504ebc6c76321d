//! Tables as values: made, read, changed, grouped, joined, shown and kept, as a script does it.
use crate::common::{printed, session, session_in};
use gflow::script::Event;

const FLOWS: &str = "let t = table([[\"flow\", [\"gpa\", \"kale\", \"gpa\", \"mmd\"]], [\"w2\", [0.5, 0.75, (), 2]], [\"ok\", [true, false, (), true]]]);\n";

/// What a script says to a table of flows.
fn said(script: &str) -> String {
    printed(&format!("{FLOWS}{script}"))
}

#[test]
fn a_table_is_shown_whole_or_says_what_is_left_out() {
    assert_eq!(
        said("print(t)"),
        "Table: 4 rows, 3 columns\n  flow    w2  ok\n  gpa   0.5   true\n  kale  0.75  false\n  gpa     NA  NA\n  mmd   2     true"
    );
    let long = printed("print(table(#{ i: 0..1000 }))");
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!((lines.len(), lines[11], lines[12], lines[13]), (18, "    9", "  … 985 more rows", "  995"));
    let wide = printed("let m = #{}; for i in 0..50 { m[`column_${i}`] = [i] } print(table(m))");
    assert!(
        wide.ends_with(
            "  … 41 more columns: column_17, column_18, column_19, column_2, column_20, column_21, column_22, column_23, …"
        ),
        "{wide}"
    );
    assert_eq!(printed("print(table(#{}))"), "Table: 0 rows, 0 columns");
    assert_eq!(said("print(t[1])"), "Row 1: flow: kale, w2: 0.75, ok: false");
    assert_eq!(said("print(t.group(\"flow\"))"), "Groups: 3 by flow");
}

#[test]
fn a_notebook_gets_a_table() {
    let (mut s, _) = session();
    let v = s.evaluate("t", &format!("{FLOWS}t")).unwrap();
    let html = s.rich(&v).html.unwrap();
    assert!(html.contains("<caption style=\"text-align:left\"><b>Table</b>: 4 rows, 3 columns</caption>"), "{html}");
    assert!(
        html.contains("<th style=\"text-align:right\">w2</th>") && html.contains("opacity:0.5\">NA</td>"),
        "{html}"
    );
    let v = s.evaluate("t", "table(#{ x: 0..100, \"<b>\": \"a&b\" })").unwrap();
    let html = s.rich(&v).html.unwrap();
    assert!(html.contains("… 85 more rows") && html.contains("&lt;b&gt;") && html.contains("a&amp;b"), "{html}");
}

#[test]
fn columns_and_rows_are_read_and_set() {
    for (script, expected) in [
        ("print(t.columns); print(t.rows); print(t.len())", "[\"flow\", \"w2\", \"ok\"]\n4\n4"),
        ("print(t.w2); print(t[\"flow\"])", "[0.5, 0.75, NaN, 2.0]\n[\"gpa\", \"kale\", \"gpa\", \"mmd\"]"),
        ("print(t.ok); print(t.last(\"w2\"))", "[true, false, (), true]\n2.0"),
        ("print(t[0].flow + t[-1].flow); print(t.row(1)[\"w2\"])", "gpammd\n0.75"),
        ("t.x = 2*t.w2; print(t.x)", "[1.0, 1.5, NaN, 4.0]"),
        ("t[\"x\"] = 1; print(t.x)", "[1.0, 1.0, 1.0, 1.0]"),
        ("let u = t; u.w2 = [1, 2, 3, 4]; print(t.w2)", "[0.5, 0.75, NaN, 2.0]"),
        ("print(t.add(\"y\", |row| row.w2^2).y)", "[0.25, 0.5625, NaN, 4.0]"),
        ("print(t.select([\"ok\", \"w2\"]).columns)", "[\"ok\", \"w2\"]"),
        ("print(t.drop(\"ok\").rename(#{ w2: \"W2\" }).columns)", "[\"flow\", \"W2\"]"),
        ("print(t.filter(|row| row.flow == \"gpa\").rows)", "2"),
        (
            "print(t[t.flow == \"gpa\"].rows); print(t.filter(t.ok != true).rows); print(t.w2 == 2)",
            "2\n2\n[false, false, false, true]",
        ),
        ("print(t.filter(t.w2 > 0.6).flow)", "[\"kale\", \"mmd\"]"),
        (
            "print(t[t.w2 > 0.6].flow); print(t[[3, 0]].flow); print(t[1..3].flow)",
            "[\"kale\", \"mmd\"]\n[\"mmd\", \"gpa\"]\n[\"kale\", \"gpa\"]",
        ),
        ("print(t.head(1).flow); print(t.tail(1).flow); print(t.head(9).rows)", "[\"gpa\"]\n[\"mmd\"]\n4"),
        ("print(t.sort(\"w2\", #{ descending: true }).w2)", "[2.0, 0.75, 0.5, NaN]"),
        ("print(t.sort([\"flow\", \"w2\"], #{ descending: [false, true] }).w2)", "[0.5, NaN, 0.75, 2.0]"),
        ("print(t.drop_missing().rows); print(t.drop_missing(\"flow\").rows)", "3\n4"),
        ("print(t.distinct(\"flow\").flow)", "[\"gpa\", \"kale\", \"mmd\"]"),
        (
            "print(t.map(|row| row.w2)); print(t.map(|row| #{ a: row.flow.len() }).a)",
            "[0.5, 0.75, NaN, 2.0]\n[3.0, 4.0, 3.0, 3.0]",
        ),
        ("print(t.concat(table(#{ flow: [\"new\"] })).w2)", "[0.5, 0.75, NaN, 2.0, NaN]"),
        ("print(t.concat(t).rows); print(concat(t, t).rows)", "8\n8"),
        ("print(t.points([\"w2\", \"ok\"]).to_array()[1])", "[0.75, 0.0]"),
        ("print(t.head(2).points().dim()); print(t.to_map().flow.len())", "2\n4"),
        ("let n = 0; for i in 0..t.rows { n += t[i].flow.len() } print(n)", "13"),
    ] {
        assert_eq!(said(script), expected, "{script}");
    }
}

#[test]
fn tables_are_made_of_many_things() {
    for (script, expected) in [
        ("print(table(points([[1, 2], [3, 4]]), [\"a\", \"b\"]).b)", "[2.0, 4.0]"),
        ("print(table([[1, 2], [3, 4]]).columns)", "[\"x0\", \"x1\"]"),
        ("print(table(data::ring(5)).rows)", "5"),
        (
            "let t = table([#{ a: 1, b: \"x\" }, #{ a: 2 }, #{ c: true }]); print(t.b); print(t.c); print(t.a)",
            "[\"x\", (), ()]\n[(), (), true]\n[1.0, 2.0, NaN]",
        ),
        ("print(table(#{ i: 0..3, s: \"all\" }).s)", "[\"all\", \"all\", \"all\"]"),
        ("print(table(#{ x: data::ring(3).col(0) }).rows)", "3"),
        ("let t = table(#{}); t.x = [1, 2]; t.y = 3; print(t.y)", "[3.0, 3.0]"),
        ("print(table([]).rows)", "0"),
    ] {
        assert_eq!(printed(script), expected, "{script}");
    }
}

#[test]
fn groups_and_joins() {
    for (script, expected) in [
        (
            "print(t.group(\"flow\").mean())",
            "Table: 3 rows, 3 columns\n  flow    w2  ok\n  gpa   0.5    1\n  kale  0.75   0\n  mmd   2      1",
        ),
        ("print(t.group(\"flow\").count().count)", "[2.0, 1.0, 1.0]"),
        ("print(t.group(\"flow\").count(\"w2\").w2)", "[1.0, 1.0, 1.0]"),
        ("print(t.group([\"flow\", \"ok\"]).len())", "3"),
        (
            "print(t.group(\"flow\").summary(#{ w2: [\"min\", \"max\"], ok: \"sum\" }).columns)",
            "[\"flow\", \"ok\", \"w2_min\", \"w2_max\"]",
        ),
        (
            "print(t.group(\"flow\").keys().flow); print(t.group(\"flow\").tables()[0].rows)",
            "[\"gpa\", \"kale\", \"mmd\"]\n2",
        ),
        (
            "print(table(#{ g: [1, 1, 2, 2], x: [1, 2, 3, 3] }).group(\"g\").mean_std().x)",
            "[\"1.50 ± 0.71\", \"3 ± 0\"]",
        ),
        ("print(table(#{ g: [1, 1], x: [1, 2] }).group(\"g\").std(\"x\").x)", "[0.7071067811865476]"),
        (
            "let u = table(#{ flow: [\"gpa\", \"gpa\"], a: [1, 2] }); print(t.join(u, \"flow\").a); print(t.join(u, \"flow\", #{ how: \"left\" }).a)",
            "[1.0, 2.0, 1.0, 2.0]\n[1.0, 2.0, NaN, 1.0, 2.0, NaN]",
        ),
        ("print(t.describe().count)", "[4.0, 3.0, 3.0]"),
    ] {
        assert_eq!(said(script), expected, "{script}");
    }
    let (mut session, recorder) = session_in(None, &[]);
    let _ = session.eval("t", "table(#{ g: [\"a\", ()], x: [1, 2] }).group(\"g\").mean()").unwrap();
    let notes: Vec<String> =
        recorder.take().into_iter().filter_map(|e| if let Event::Note(n) = e { Some(n) } else { None }).collect();
    assert_eq!(notes, ["group: 1 of 2 rows are in no group, their key is missing"]);
}

#[test]
fn messages_name_rows_columns_and_what_is_near() {
    for (script, why) in [
        (
            "table(#{ x: [1, 2, \"a\"] })",
            "table, column \"x\", row 2: expected a number as in row 0, or () where one is missing, got a text (a)",
        ),
        ("table(#{ x: [1, [2]] })", "table, column \"x\", row 1: expected a number as in row 0"),
        ("table(#{ x: [1, 2], y: [1] })", "column \"y\" has 1 rows, column \"x\" has 2"),
        ("table([[\"x\", [1]], [\"x\", [2]]])", "two columns are called \"x\""),
        ("table(3)", "table: expected a map of columns"),
        ("t.w", "no column \"w\": the columns are flow, w2, ok; did you mean \"w2\"?"),
        ("t[\"flaw\"]", "did you mean \"flow\"?"),
        ("t.size", "no column \"size\": write t.rows for the number of rows"),
        ("t.iloc[0]", "rows are t[i], t[a..b]"),
        // a column alone in another order is a table that says what is wrong
        (
            "t.w2.sort()",
            "the order of t.w2: it would put the column alone into another order, apart from its rows: t.sort(\"w2\")",
        ),
        ("let s = t.flow.reverse()", "t.sort(\"flow\") orders the rows"),
        ("t.flow.sort(|a, b| a > b)", "apart from its rows"),
        ("t[\"flow\"].sort_desc()", "apart from its rows"),
        ("t.columns = [\"a\", \"b\", \"c\"]", "t.rename(#{ old: \"new\" }) gives columns other names"),
        ("t.rows = 7", "it is read, not set"),
        ("t.columns.push(\"x\")", "is a copy: a change of it would be lost"),
        ("t[t.w2 > 0 & [true]]", "lists joined by &: expected equal lengths, got 4 and 1"),
        ("!t.flow", "a list beside !, entry 0: expected true or false, got a text"),
        ("t[7]", "row(i): expected a row from 0 to 3, got 7"),
        ("t[0].nothing", "no column \"nothing\""),
        ("t.x = [1, 2]", "column \"x\": expected 4 values, one a row, got 2"),
        ("t.filter(|row| row.w2)", "filter(f), what f gave, row 0: expected true or false, got a number"),
        ("t.flow == 1", "a text and a number are never the same"),
        ("t.filter([true])", "filter: expected 4 of true and false"),
        ("t.points(\"flow\")", "points: column \"flow\" holds texts: row 0 has `gpa`"),
        ("t.group(\"flow\").mean(\"flow\")", "column \"flow\" holds texts, which can be counted only"),
        ("t.group(\"flow\").summary(#{ w2: \"meen\" })", "did you mean \"mean\"?"),
        ("t.join(t, \"w\")", "join, first table: no column \"w\""),
        ("t.join(t, \"flow\", #{ how: \"outer\" })", "option `how` is \"outer\", expected one of \"inner\", \"left\""),
        ("t.concat(table(#{ w2: [\"a\"] }))", "concat: column \"w2\" holds numbers here and texts there"),
        ("t.sort(\"w2\", #{ descending: 1 })", "option `descending` is a number, expected true or false"),
        (
            "io::save(#{ x: [1] }, \"x.csv\")",
            "expected points, a list of rows, or a table: table(…) makes one of it, got a map",
        ),
        ("io::table(\"x.npy\")", "table(io::load(…)) makes a table of its points"),
        ("plot::lines(t, \"w2\", \"flow\")", "column \"flow\" holds texts, expected numbers"),
        ("const c = t; c.x = 1", "const"),
    ] {
        let got = said(script);
        assert!(got.contains(why), "{script}: {got}");
    }
}

#[test]
fn tables_go_to_files_and_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    for name in ["t.csv", "t.tsv", "t.txt", "t.parquet"] {
        let path = at(name);
        let script = format!(
            "io::save(t, \"{path}\"); let u = io::table(\"{path}\"); print(u.w2); print(u.ok); print(u.flow[1])"
        );
        assert_eq!(said(&script), "[0.5, 0.75, NaN, 2.0]\n[true, false, (), true]\nkale", "{name}");
    }
    let path = at("h.parquet");
    let run = "let run = gpa(kl().regularized(lipschitz(1.0))).run(data::gaussian(20, 2), data::ring(20), #{ steps: 2, record_every: 1 });";
    let script = format!(
        "{run} io::save(run.history, \"{path}\"); let h = io::table(\"{path}\"); print(h.columns == run.history.columns); \
         print(h.step); print(table(run.history).rows); print(run.history.group(\"step\").count().rows); print(run.history.columns()[0])"
    );
    assert_eq!(printed(&script), "true\n[0.0, 1.0, 2.0]\n3\n3\nstep");
    let path = at("p.parquet");
    let script = format!(
        "let p = data::moons(9); io::save(p, \"{path}\"); let q = io::load(\"{path}\"); print(p.to_array() == q.to_array()); print(io::load(\"{path}\", #{{ columns: [\"x1\"] }}).dim())"
    );
    assert_eq!(printed(&script), "true\n1");
    let path = at("t.parquet");
    let labels = format!(
        "let d = io::load(\"{path}\", #{{ columns: [\"w2\"], labels: \"flow\" }}); print(d.labels); print(d.points.len())"
    );
    assert_eq!(printed(&labels), "[\"gpa\", \"kale\", \"gpa\", \"mmd\"]\n4");
}

/// What changes a list changes no table by the way, and what is set is set.
#[test]
fn a_column_is_changed_where_somebody_says_so() {
    for (script, expected) in [
        ("let s = t.w2; s.sort(); print(s); print(t.w2)", "[0.5, 0.75, 2.0, NaN]\n[0.5, 0.75, NaN, 2.0]"),
        ("let s = t.flow; s.reverse(); t.flow = s; print(t.flow)", "[\"mmd\", \"gpa\", \"kale\", \"gpa\"]"),
        (
            "for i in 0..2 { let s = t.flow; s.sort(); t.flow = s; } print(t.flow)",
            "[\"gpa\", \"gpa\", \"kale\", \"mmd\"]",
        ),
        ("t.w2[2] = 7; print(t.w2); t.w2 += 1; print(t.w2)", "[0.5, 0.75, 7.0, 2.0]\n[1.5, 1.75, 8.0, 3.0]"),
        ("t.w2.for_each(|| this *= 2); print(t.w2)", "[1.0, 1.5, NaN, 4.0]"),
        (
            "print(t.flow.order_desc()); print(t.flow)",
            "[\"mmd\", \"kale\", \"gpa\", \"gpa\"]\n[\"gpa\", \"kale\", \"gpa\", \"mmd\"]",
        ),
        (
            "print(t.columns.len()); print(t.columns.map(|c| c + \"!\")); print(t.columns)",
            "3\n[\"flow!\", \"w2!\", \"ok!\"]\n[\"flow\", \"w2\", \"ok\"]",
        ),
        ("let m = #{ x: [3, 1] }; m.x.sort(); print(m)", "#{\"x\": [1, 3]}"),
    ] {
        assert_eq!(said(script), expected, "{script}");
    }
}

/// Rows are chosen by what is joined, gone through, and gaps are seen and filled.
#[test]
fn masks_and_gaps() {
    for (script, expected) in [
        ("print(t[t.flow == \"gpa\" & t.w2 > 0].w2)", "[0.5]"),
        ("print(t[t.flow == \"gpa\" | t.w2 > 1].flow)", "[\"gpa\", \"gpa\", \"mmd\"]"),
        ("print(t[!(t.flow == \"gpa\")].flow)", "[\"kale\", \"mmd\"]"),
        ("print([true, false] & [true, true] | [false, true])", "[true, true]"),
        ("print(t.w2.is_missing()); print(t[!t.w2.is_missing()].rows)", "[false, false, true, false]\n3"),
        (
            "print(mean(t.w2.drop_missing())); print(t.ok.fill_missing(false))",
            "1.0833333333333333\n[true, false, false, true]",
        ),
        ("let u = t.fill_missing(0); print(u.w2); print(u.ok)", "[0.5, 0.75, 0.0, 2.0]\n[true, false, (), true]"),
        ("let n = 0; for row in t { if row.flow == \"gpa\" { n += 1 } } print(n)", "2"),
        (
            "print(table(#{ i: 0..9 }).head().i); print(table(#{ i: 0..9 }).tail().i)",
            "[0.0, 1.0, 2.0, 3.0, 4.0]\n[4.0, 5.0, 6.0, 7.0, 8.0]",
        ),
    ] {
        assert_eq!(said(script), expected, "{script}");
    }
}

/// A text of one column is one, its comments are lines above it, and what is left out or decided is said.
#[test]
fn texts_of_tables_are_read_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    for (text, options, expected, note) in [
        ("color,n\n#ff0000,1\n#00ff00,2\n", "", "[\"#ff0000\", \"#00ff00\"]", ""),
        ("color,n\na # b,1\n", "", "[\"a # b\"]", ""),
        (
            "# made by hand\ncolor,n\nred,1\n",
            "",
            "[\"red\"]",
            "1 line above the table that begins with #; comment: \"\" reads it",
        ),
        ("#color,n\nred,1\n", ", #{ comment: \"\" }", "[\"red\"]", ""),
        ("color,n\nred,1 % x\n% y\n", ", #{ comment: \"%\" }", "[\"red\"]", ""),
        (
            "city\nNew York\nRome\nLos Angeles\n",
            "",
            "[\"New York\", \"Rome\", \"Los Angeles\"]",
            "a line is read as one field: blanks do not part all of them alike",
        ),
        ("city\nNew York\nLos Angeles\n", "", "[\"New York\", \"Los Angeles\"]", "a line is read as one field"),
        ("name\nSmith, John\nDoe, Jane\n", "", "[\"Smith, John\", \"Doe, Jane\"]", "`,` do not part all of them alike"),
        ("name\n12 Main St\n7 High Road\n", ", #{ separator: \"\" }", "[\"12 Main St\", \"7 High Road\"]", ""),
        ("sep=;\ncolor;n\nred;1,5\n", "", "[\"red\"]", ""),
        ("\u{feff}sep=,\r\ncolor,n\r\nred,1\r\n", "", "[\"red\"]", ""),
        (
            "id\n9007199254740993\n",
            "",
            "[9.007199254740992e15]",
            "whole numbers beyond 2^53 are rounded to 53 bits: line 2, column 1 (`id`) has 9007199254740993",
        ),
    ] {
        let path = folder.path().join("t.csv");
        std::fs::write(&path, text).unwrap();
        let (mut session, recorder) = session_in(None, &[]);
        let script = format!("let t = io::table(\"{}\"{options}); print(t[t.columns[0]])", path.display());
        let _ = session.eval("t", &script).unwrap();
        let (mut printed, mut notes) = (vec![], vec![]);
        for event in recorder.take() {
            match event {
                Event::Text(t) => printed.push(t),
                Event::Note(n) => notes.push(n),
                _ => {}
            }
        }
        assert_eq!(printed, [expected], "{text:?}");
        assert_eq!(notes.is_empty(), note.is_empty(), "{text:?}: {notes:?}");
        assert!(notes.iter().all(|n| n.contains(note)), "{text:?}: {notes:?}");
    }
}

/// Texts of one column come back, whatever is in them.
#[test]
fn odd_texts_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("t.csv").display().to_string();
    for words in [
        "[\"New York\", \"Rome\"]",
        "[\"a|b\", \"c;d\", \"e\\tf\"]",
        "[\"#a\", \"b # c\"]",
        "[\"Smith, John\"]",
        "[\"a\\nb\", \"\\\"\"]",
    ] {
        let script = format!(
            "let v = {words}; io::save(table(#{{ x: v }}), \"{at}\"); print(io::table(\"{at}\").x == v); \
             io::save(table(#{{ x: v, y: v }}), \"{at}\"); print(io::table(\"{at}\").y == v)"
        );
        assert_eq!(printed(&script), "true\ntrue", "{words}");
    }
    let nul = format!("io::save(table(#{{ x: [\"a\\x00b\"] }}), \"{at}\")");
    assert!(printed(&nul).contains("zero byte, which no text has"), "{}", printed(&nul));
}

/// What other languages call it leads to what it is called here.
#[test]
fn names_from_elsewhere_lead_on() {
    for (script, mend) in [
        ("t.value_counts(\"flow\")", "write t.group(\"g\").count()"),
        ("t.isna()", "write t.x.is_missing()"),
        ("t.append(t)", "write t.concat(u)"),
        ("t.info()", "write t.describe()"),
        ("t[t.w2 > 0 && t.ok]", "lists of true and false are joined by & and |"),
        ("nanmean(t.w2)", "write mean(v.drop_missing())"),
    ] {
        let (mut session, _) = session();
        let d = session.eval("t", &format!("{FLOWS}{script}")).err().unwrap();
        assert!(d.hint.as_ref().is_some_and(|h| h.contains(mend)), "{script}: {d:?}");
    }
}
