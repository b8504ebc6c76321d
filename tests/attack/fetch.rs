//! Downloads from a server in this process: one that ends early, lies about the size, sends something else, knows no parts of
//! files, leads elsewhere or says nothing. No other server is asked.
use gflow::fetch::{FetchOptions, Fetched, File, Settings, fetch, file};
use gflow::interrupt::Interrupt;
use ring::digest::{SHA256, digest};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a server does with a request for a path from a byte on; the n-th request is the n-th of all.
type Answer = Box<dyn Fn(&mut TcpStream, usize, &str, u64) -> std::io::Result<()> + Send + Sync>;

struct Server {
    address: String,
    requests: Arc<Mutex<Vec<(String, u64)>>>,
}

fn serve(answer: Answer) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let requests: Arc<Mutex<Vec<(String, u64)>>> = Arc::default();
    let (heard, answer) = (requests.clone(), Arc::new(answer));
    // it ends with the process
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (heard, answer) = (heard.clone(), answer.clone());
            std::thread::spawn(move || one(stream, &heard, &answer));
        }
    });
    Server { address, requests }
}

fn one(mut stream: TcpStream, heard: &Mutex<Vec<(String, u64)>>, answer: &Answer) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut path, mut from, mut line) = (String::new(), 0, String::new());
    while reader.read_line(&mut line).unwrap_or(0) > 2 {
        let lower = line.to_lowercase();
        if let Some(rest) = line.strip_prefix("GET ") {
            path = rest.split(' ').next().unwrap().into();
        } else if let Some(range) = lower.strip_prefix("range: bytes=") {
            from = range.trim().trim_end_matches('-').parse().unwrap();
        }
        line.clear();
    }
    let n = {
        let mut heard = heard.lock().unwrap();
        heard.push((path.clone(), from));
        heard.len() - 1
    };
    // whoever asked may be gone
    let _ = answer(&mut stream, n, &path, from);
}

fn body() -> Vec<u8> {
    (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// All of the bytes, or those from a byte on.
fn whole(to: &mut TcpStream, bytes: &[u8], from: u64) -> std::io::Result<()> {
    let (rest, all) = (&bytes[from as usize..], bytes.len());
    let head = match from {
        0 => format!("HTTP/1.1 200 OK\r\nContent-Length: {all}\r\nConnection: close\r\n\r\n"),
        _ => format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {from}-{}/{all}\r\nConnection: close\r\n\r\n",
            rest.len(),
            all - 1
        ),
    };
    to.write_all(head.as_bytes())?;
    to.write_all(rest)
}

fn sum(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

struct Cache(tempfile::TempDir);

impl Cache {
    fn new() -> Cache {
        Cache(tempfile::tempdir().unwrap())
    }
    fn settings(&self) -> Settings {
        let patience = Duration::from_secs(20);
        Settings { cache: self.0.path().join("c"), mirror: None, list: None, list_is_named: false, patience }
    }
    fn wanted(&self, server: &Server) -> File {
        File { name: "a.bin".into(), addresses: vec![format!("{}/a.bin", server.address)], sums: vec![sum(&body())] }
    }
    fn get(&self, settings: &Settings, server: &Server) -> Result<Vec<u8>, String> {
        let got = file(settings, "set", &self.wanted(server), &mut |_, _, _| {});
        got.map(|path| std::fs::read(path).unwrap()).map_err(|e| e.to_string())
    }
    /// What came so far of a download.
    fn part(&self) -> Option<u64> {
        std::fs::metadata(self.0.path().join("c/set/a.bin.part")).map(|m| m.len()).ok()
    }
}

#[test]
fn files_are_fetched_once_and_checked_each_time() {
    let server = serve(Box::new(|to, _, _, from| whole(to, &body(), from)));
    let cache = Cache::new();
    let settings = cache.settings();
    let mut seen = vec![];
    let wanted = cache.wanted(&server);
    let path =
        file(&settings, "set", &wanted, &mut |name, done, all| seen.push((name.to_string(), done, all))).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), body());
    assert_eq!(seen.last(), Some(&("a.bin".into(), 200_000, Some(200_000))));
    assert_eq!(cache.part(), None);
    assert_eq!(cache.get(&settings, &server), Ok(body()));
    assert_eq!(server.requests.lock().unwrap().len(), 1);
    std::fs::write(&path, "something else").unwrap();
    let e = cache.get(&settings, &server).unwrap_err();
    assert!(e.contains("its SHA-256 is ") && e.contains("remove the file to fetch it again"), "{e}");
    // of a cache that nobody may write to it cannot be removed
    assert!(e.ends_with("where it cannot be removed, set GFLOW_CACHE to another folder"), "{e}");
    assert_eq!(server.requests.lock().unwrap().len(), 1);
}

/// What ends early goes on where it ended, now or the next time.
#[test]
fn downloads_go_on_where_they_ended() {
    let server = serve(Box::new(|to, n, _, from| {
        let bytes = body();
        let most = if n < 2 { from as usize + 50_000 } else { bytes.len() };
        to.write_all(
            match from {
                0 => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len()),
                _ => format!(
                    "HTTP/1.1 206 P\r\nContent-Length: {}\r\nContent-Range: bytes {from}-199999/200000\r\n\r\n",
                    bytes.len() as u64 - from
                ),
            }
            .as_bytes(),
        )?;
        to.write_all(&bytes[from as usize..most])
    }));
    let cache = Cache::new();
    assert_eq!(cache.get(&cache.settings(), &server), Ok(body()));
    let from: Vec<u64> = server.requests.lock().unwrap().iter().map(|r| r.1).collect();
    assert_eq!(from, [0, 50_000, 100_000]);

    let server = serve(Box::new(|to, _, _, from| whole(to, &body(), from)));
    let cache = Cache::new();
    std::fs::create_dir_all(cache.0.path().join("c/set")).unwrap();
    let part = cache.0.path().join("c/set/a.bin.part");
    std::fs::write(&part, &body()[..70_000]).unwrap();
    assert_eq!(cache.get(&cache.settings(), &server), Ok(body()));
    assert_eq!(server.requests.lock().unwrap()[0].1, 70_000);

    // what was begun is of another file: all of it is fetched again
    let cache = Cache::new();
    std::fs::create_dir_all(cache.0.path().join("c/set")).unwrap();
    std::fs::write(cache.0.path().join("c/set/a.bin.part"), vec![1; 70_000]).unwrap();
    assert_eq!(cache.get(&cache.settings(), &server), Ok(body()));
    let from: Vec<u64> = server.requests.lock().unwrap()[1..].iter().map(|r| r.1).collect();
    assert_eq!(from, [70_000, 0]);

    // without parts of files it begins anew; nor is there a part behind the end
    for beyond in [70_000, 300_000] {
        let server = serve(Box::new(|to, _, _, from| match from {
            300_000 => to.write_all(b"HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n"),
            _ => whole(to, &body(), 0),
        }));
        let cache = Cache::new();
        std::fs::create_dir_all(cache.0.path().join("c/set")).unwrap();
        std::fs::write(cache.0.path().join("c/set/a.bin.part"), vec![1; beyond]).unwrap();
        assert_eq!(cache.get(&cache.settings(), &server), Ok(body()), "{beyond}");
    }
}

/// Who asks for the rest and gets something else asks for all of it, once.
#[test]
fn other_parts_than_were_asked_for() {
    let head = |range: &str, len: usize| {
        let range = if range.is_empty() { String::new() } else { format!("Content-Range: {range}\r\n") };
        format!("HTTP/1.1 206 P\r\nContent-Length: {len}\r\n{range}Connection: close\r\n\r\n")
    };
    for range in ["bytes 0-199999/200000", "bytes 7-11/200000", "", "lines 1-2/3"] {
        let server = serve(Box::new(move |to, _, _, from| match from {
            0 => whole(to, &body(), 0),
            _ => to.write_all(head(range, 5).as_bytes()).and_then(|()| to.write_all(b"abcde")),
        }));
        let cache = Cache::new();
        std::fs::create_dir_all(cache.0.path().join("c/set")).unwrap();
        std::fs::write(cache.0.path().join("c/set/a.bin.part"), &body()[..70_000]).unwrap();
        assert_eq!(cache.get(&cache.settings(), &server), Ok(body()), "{range}");
        let from: Vec<u64> = server.requests.lock().unwrap().iter().map(|r| r.1).collect();
        assert_eq!(from, [70_000, 0], "{range}");
    }
    // one that never sends all of it is given up
    let server = serve(Box::new(move |to, _, _, _| {
        to.write_all(head("bytes 7-11/200000", 5).as_bytes()).and_then(|()| to.write_all(b"abcde"))
    }));
    let cache = Cache::new();
    std::fs::create_dir_all(cache.0.path().join("c/set")).unwrap();
    std::fs::write(cache.0.path().join("c/set/a.bin.part"), &body()[..70_000]).unwrap();
    assert!(cache.get(&cache.settings(), &server).unwrap_err().contains("another part than was asked for"));
    assert_eq!(server.requests.lock().unwrap().len(), 2);
}

/// A mirror that cannot be one is told; nobody else is asked in its place. What is there needs none.
#[test]
fn mirrors_that_are_none() {
    let server = serve(Box::new(|to, _, _, from| whole(to, &body(), from)));
    let cache = Cache::new();
    for mirror in ["nonsense", "host/path", "ftp://host", "https://", "https:///path", "http://a b"] {
        let settings = Settings { mirror: Some(mirror.into()), ..cache.settings() };
        let e = cache.get(&settings, &server).unwrap_err();
        assert!(
            e.contains(&format!("GFLOW_MIRROR is `{mirror}`, expected an address such as https://host/path")),
            "{e}"
        );
    }
    assert_eq!((server.requests.lock().unwrap().len(), cache.part()), (0, None));
    assert_eq!(cache.get(&cache.settings(), &server), Ok(body()));
    let settings = Settings { mirror: Some("nonsense".into()), ..cache.settings() };
    assert_eq!(cache.get(&settings, &server), Ok(body()));
}

/// Names lead nowhere else.
#[test]
fn names_stay_in_the_cache() {
    let server = serve(Box::new(|to, _, _, from| whole(to, &body(), from)));
    let cache = Cache::new();
    let long = "a".repeat(101);
    for name in ["", ".", "..", "../x", "a/b", "/a", "a\\b", "a\0b", ".a", "a b", "grün", "c:d", "a.part", &long] {
        let wanted = cache.wanted(&server);
        let e = file(&cache.settings(), name, &wanted, &mut |_, _, _| {}).unwrap_err().to_string();
        assert!(e.contains("is no name in the cache: expected 1 to 100 of a-z"), "{e}");
        let e = file(&cache.settings(), "set", &File { name: name.into(), ..wanted }, &mut |_, _, _| {});
        assert!(e.unwrap_err().to_string().contains("is no name in the cache"), "{name}");
    }
    assert_eq!((server.requests.lock().unwrap().len(), cache.0.path().join("c").exists()), (0, false));
}

#[test]
fn servers_that_lie() {
    let cases: Vec<(&str, Answer)> = vec![
        (
            "it answers 404 Not Found",
            Box::new(|to, _, _, _| to.write_all(b"HTTP/1.1 404 N\r\nContent-Length: 2\r\n\r\nno")),
        ),
        ("it answers 500", Box::new(|to, _, _, _| to.write_all(b"HTTP/1.1 500 E\r\nContent-Length: 0\r\n\r\n"))),
        ("its 9 bytes have the SHA-256 ", Box::new(|to, _, _, _| whole(to, b"different", 0))),
        // fewer bytes than it says, and none of the rest
        (
            "",
            Box::new(|to, _, _, from| {
                to.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n")?;
                to.write_all(&body()[..if from == 0 { 1000 } else { 0 }])
            }),
        ),
        // a part that was not asked for
        (
            "another part",
            Box::new(|to, _, _, _| {
                to.write_all(b"HTTP/1.1 206 P\r\nContent-Length: 5\r\nContent-Range: bytes 7-11/200000\r\n\r\nabcde")
            }),
        ),
        (
            "it says that the file has ",
            Box::new(|to, _, _, _| to.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 900000000000000\r\n\r\nabc")),
        ),
        ("", Box::new(|to, _, _, _| to.write_all(b"no http at all\r\n\r\n"))),
        (
            "",
            Box::new(|to, _, path, _| {
                to.write_all(format!("HTTP/1.1 302 F\r\nLocation: {path}x\r\nContent-Length: 0\r\n\r\n").as_bytes())
            }),
        ),
    ];
    for (i, (why, answer)) in cases.into_iter().enumerate() {
        let server = serve(answer);
        let cache = Cache::new();
        let e = cache.get(&cache.settings(), &server).unwrap_err();
        assert!(e.contains(why) && e.contains(&server.address), "case {i}: {e}");
        assert!(e.contains("by hand: put the file, whose SHA-256 is ") && e.contains("c/set/a.bin"), "{e}");
        assert!(!cache.0.path().join("c/set/a.bin").exists(), "case {i}");
        assert!(server.requests.lock().unwrap().len() < 12, "case {i}");
    }
}

#[test]
fn redirects_and_mirrors_are_followed() {
    let server = serve(Box::new(|to, _, path, from| match path {
        "/a.bin" => to.write_all(b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"),
        "/there" => whole(to, &body(), from),
        _ => to.write_all(b"HTTP/1.1 404 N\r\nContent-Length: 0\r\n\r\n"),
    }));
    let cache = Cache::new();
    assert_eq!(cache.get(&cache.settings(), &server), Ok(body()));
    // a mirror that does not have it is passed over, one that has is asked first
    let mirror = serve(Box::new(|to, _, path, from| match path {
        "/m/set/a.bin" => whole(to, &body(), from),
        _ => to.write_all(b"HTTP/1.1 404 N\r\nContent-Length: 0\r\n\r\n"),
    }));
    for (below, asked) in [("m/", 2), ("other", 4)] {
        let cache = Cache::new();
        let settings = Settings { mirror: Some(format!("{}/{below}", mirror.address)), ..cache.settings() };
        assert_eq!(cache.get(&settings, &server), Ok(body()));
        assert_eq!(server.requests.lock().unwrap().len(), asked, "{below}");
    }
}

/// Who waits for a server hears an interrupt at once, and does not wait for ever.
#[test]
fn silent_servers() {
    let server = || {
        serve(Box::new(|to, _, _, _| {
            to.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\nabc")?;
            std::thread::sleep(Duration::from_secs(30));
            Ok(())
        }))
    };
    let (one, cache) = (server(), Cache::new());
    let settings = Settings { patience: Duration::from_millis(300), ..cache.settings() };
    let begun = Instant::now();
    let e = cache.get(&settings, &one).unwrap_err();
    assert!(e.contains("nothing came for "), "{e}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    // what came is kept
    assert_eq!(cache.part(), Some(3));

    let (other, cache) = (server(), Cache::new());
    let stop = Interrupt::default();
    let _here = stop.enter();
    let begun = Instant::now();
    std::thread::spawn({
        let stop = stop.clone();
        move || {
            std::thread::sleep(Duration::from_millis(200));
            stop.request();
        }
    });
    assert_eq!(cache.get(&cache.settings(), &other), Err("interrupted".into()));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// Two at once: one fetches, the other waits and takes what is there.
#[test]
fn two_at_once() {
    let server = serve(Box::new(|to, _, _, from| {
        std::thread::sleep(Duration::from_millis(300));
        whole(to, &body(), from)
    }));
    let cache = Cache::new();
    let settings = cache.settings();
    let got: Vec<_> = std::thread::scope(|s| {
        let both: Vec<_> = (0..3).map(|_| s.spawn(|| cache.get(&settings, &server))).collect();
        both.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(got.iter().all(|g| *g == Ok(body())));
    assert_eq!(server.requests.lock().unwrap().len(), 1);
    assert_eq!(cache.part(), None);
}

/// Nobody listens, and a cache that cannot be written.
#[test]
fn no_network_and_no_cache() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Server { address: format!("http://{nobody}"), requests: Arc::default() };
    let cache = Cache::new();
    let e = cache.get(&cache.settings(), &server).unwrap_err();
    assert!(e.starts_with("data::fetch(\"set\"): http://") && e.contains("by hand: put the file"), "{e}");
    let blocked = cache.0.path().join("file");
    std::fs::write(&blocked, "").unwrap();
    let settings = Settings { cache: blocked.join("c"), ..cache.settings() };
    let e = cache.get(&settings, &server).unwrap_err();
    assert!(e.contains("cannot be written") && e.contains("set GFLOW_CACHE to a folder that can"), "{e}");
}

/// On a disk that is full neither another address helps nor a file that is put there by hand.
#[test]
#[cfg(target_os = "linux")]
fn disks_that_are_full() {
    let server = serve(Box::new(|to, _, _, from| whole(to, &body(), from)));
    let cache = Cache::new();
    let folder = cache.0.path().join("c/set");
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.join("a.bin.part")).unwrap();
    let two = File {
        addresses: vec![format!("{}/a", server.address), format!("{}/b", server.address)],
        ..cache.wanted(&server)
    };
    let e = file(&cache.settings(), "set", &two, &mut |_, _, _| {}).unwrap_err().to_string();
    assert!(
        e.contains("a.bin.part` cannot be written (") && e.ends_with("set GFLOW_CACHE to a folder that can"),
        "{e}"
    );
    assert!(!e.contains("by hand") && server.requests.lock().unwrap().len() == 1, "{e}");
}

/// Data sets by name: those of the house from a mirror, those of the user by a list.
#[test]
fn data_sets_by_name() {
    let text = b"x,y,kind\n1,2,a\n3,4,b\n";
    let server = serve(Box::new(move |to, _, _, from| whole(to, text, from)));
    let cache = Cache::new();
    let list = cache.0.path().join("datasets.json");
    let settings = Settings { list: Some(list.clone()), ..cache.settings() };
    let get = |name: &str, part: &str| {
        fetch(&settings, name, &FetchOptions { part: part.into() }, &mut |_, _, _| {}).map_err(|e| e.to_string())
    };
    let said = |name: &str, part: &str| get(name, part).err().unwrap();
    assert!(said("minst", "train").contains(
        "there is no such data set, but mnist, fashion_mnist, usps, cifar10, cifar100; did you mean \"mnist\"?"
    ));
    let write = |text: String| std::fs::write(&list, text).unwrap();
    let (at, right) = (format!("{}/mine.csv", server.address), sum(text));
    write(format!(
        r#"{{ "mine": {{ "train": [{{ "url": "{at}", "sha256": "{right}" }}], "options": {{ "labels": "kind" }} }} }}"#
    ));
    let Ok(Fetched::Plain(loaded)) = get("mine", "train") else { panic!("not plain") };
    assert_eq!((loaded.rows.data, loaded.labels.map(|l| l.len())), (vec![1.0, 2.0, 3.0, 4.0], Some(2)));
    assert!(said("mine", "test").contains("it has no part \"test\""));
    assert!(said("mien", "test").contains("did you mean \"mine\"?"));
    for (bad, why) in [
        ("{", "it is no list of data sets"),
        (r#"{ "a": { "train": [{ "url": "ftp://x/y", "sha256": "" }] } }"#, "is no address of the web"),
        (r#"{ "a": { "train": [{ "url": "https://x/y", "sha256": "12" }] } }"#, "is no SHA-256"),
        (r#"{ "a": { "training": [] } }"#, "training"),
    ] {
        write(bad.into());
        assert!(said("a", "train").contains(why), "{}", said("a", "train"));
    }
    // what is wrong with one entry stops no other, and names stay in the cache
    let good = format!(
        r#"{{ "train": [{{ "url": "{at}", "sha256": "{}" }}], "options": {{ "labels": "kind" }} }}"#,
        sum(text)
    );
    write(format!(
        r#"{{ "bad": {{ "train": [{{ "url": "ftp://x/y", "sha256": "" }}] }}, "mine": {good}, "../x": {good} }}"#
    ));
    let Ok(Fetched::Plain(loaded)) = get("mine", "train") else { panic!("not plain") };
    assert_eq!(loaded.rows.n, 2);
    assert!(said("bad", "train").contains("is no address of the web"));
    assert!(said("../x", "train").contains("it is no name of a data set"), "{}", said("../x", "train"));
    assert!(!cache.0.path().join("x").exists());
    let nowhere = Settings { mirror: Some("nonsense".into()), ..settings.clone() };
    let e =
        fetch(&nowhere, "usps", &FetchOptions { part: "train".into() }, &mut |_, _, _| {}).err().unwrap().to_string();
    assert!(e.contains("GFLOW_MIRROR is `nonsense`, expected an address"), "{e}");
    let digits = (0..3).map(|i| format!("{i} 0.5 -1\n")).collect::<String>();
    let usps = serve(Box::new(move |to, _, _, from| whole(to, digits.as_bytes(), from)));
    let right = sum((0..3).map(|i| format!("{i} 0.5 -1\n")).collect::<String>().as_bytes());
    write(format!(
        r#"{{ "usps": {{ "train": [{{ "url": "{}/zip.train.gz", "sha256": "{right}" }}] }} }}"#,
        usps.address
    ));
    let Ok(Fetched::Known((rows, Some(labels)), notes)) = get("usps", "train") else { panic!("not known") };
    assert_eq!((rows.n, rows.d, labels.len(), notes), (3, 2, 3, vec![]));
}

/// What is wrong with one entry, or with all of the list, stops nobody who does not ask for it.
#[test]
fn lists_with_bad_entries() {
    let server = serve(Box::new(|to, _, _, from| whole(to, b"1 0.5 -1\n", from)));
    let cache = Cache::new();
    let list = cache.0.path().join("datasets.json");
    let settings = Settings { list: Some(list.clone()), ..cache.settings() };
    let get = |settings: &Settings, name: &str, part: &str| {
        fetch(settings, name, &FetchOptions { part: part.into() }, &mut |_, _, _| {}).map_err(|e| e.to_string())
    };
    // what is of the house goes on to a mirror, and without one to no server
    let mirrored = Settings { mirror: Some("nonsense".into()), ..settings.clone() };
    let house = |name: &str| get(&mirrored, name, "test").err().unwrap();
    let said = |name: &str| get(&settings, name, "train").err().unwrap();
    let right = sum(b"1 0.5 -1\n");
    let entry = |name: &str, more: &str| {
        format!(r#""{name}": {{ "train": [{{ "url": "{}/a.txt", "sha256": "{right}"{more} }}] }}"#, server.address)
    };
    let two = format!(
        r#""two": {{ "train": [{{ "url": "http://a/x", "sha256": "{right}" }}], "test": [{{ "url": "http://b/x", "sha256": "{}" }}] }}"#,
        "0".repeat(64)
    );
    let bad = [
        (
            r#""typo": { "trian": [] }"#.to_string(),
            "typo",
            "unknown field `trian`, expected one of `train`, `test`, `options`",
        ),
        (r#""kind": 7"#.into(), "kind", "invalid type: integer `7`"),
        (r#""ftp": { "train": [{ "url": "ftp://x/y", "sha256": "" }] }"#.into(), "ftp", "is no address of the web"),
        (r#""host": { "train": [{ "url": "https:///y", "sha256": "" }] }"#.into(), "host", "is no address of the web"),
        (r#""none": {}"#.into(), "none", "it has no files: expected some under \"train\" or \"test\""),
        (r#""wish": { "options": { "lables": 1 } }"#.into(), "wish", "unknown field `lables`, expected one of `array`"),
        (two, "two", "it has two files of the name `x`: \"file\" gives one another name"),
        (
            entry("../x", ""),
            "../x",
            "it is no name of a data set, whose folder has that name: expected 1 to 100 of a-z",
        ),
        (entry("a/b", ""), "a/b", "it is no name of a data set"),
        (entry(".a", ""), ".a", "it is no name of a data set"),
        (entry("", ""), "", "it is no name of a data set"),
        (
            entry("out", r#", "file": "../a""#),
            "out",
            "`../a` is no name of a file in the cache: expected 1 to 100 of a-z",
        ),
        ([entry("twice", ""), entry("twice", "")].join(", "), "twice", "it is there 2 times"),
    ];
    let all: Vec<&str> = bad.iter().map(|b| b.0.as_str()).collect();
    std::fs::write(&list, format!("{{ {}, {} }}", all.join(", "), entry("good", ""))).unwrap();
    for (_, name, why) in &bad {
        let e = said(name);
        assert!(e.contains(&format!("datasets.json`: `{name}`: ")) && e.contains(why), "{name}: {e}");
    }
    assert!(said("god").contains("did you mean \"good\"?"));
    // a good one, and one of the house
    let Ok(Fetched::Plain(loaded)) = get(&settings, "good", "train") else { panic!("not read") };
    assert_eq!((loaded.rows.data, loaded.labels), (vec![1.0, 0.5, -1.0], None));
    assert!(get(&settings, "good", "test").err().unwrap().contains("it has no part \"test\", but \"train\""));
    assert!(house("usps").contains("GFLOW_MIRROR is `nonsense`"), "{}", house("usps"));
    assert_eq!(std::fs::read_dir(cache.0.path().join("c")).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(cache.0.path()).unwrap().count(), 2);
    // how many files, and options that nobody heeds
    std::fs::write(&list, format!("{{ {} }}", entry("mnist", ""))).unwrap();
    assert!(said("mnist").contains("its part has 1 files in the list, expected 2, images and labels"));
    let given = entry("usps", "").replace("}] }", r#"}], "options": { "labels": 0 } }"#);
    std::fs::write(&list, format!("{{ {given} }}")).unwrap();
    assert!(said("usps").contains("its entry in the list has the option `labels`, but it is read in a way of its own"));
    // no list at all
    for text in ["no json", "[1]", "{ \"a\": {} } more", "\u{0}"] {
        std::fs::write(&list, text).unwrap();
        assert!(house("mnist").contains("GFLOW_MIRROR is `nonsense`"), "{}", house("mnist"));
        assert!(said("good").contains("there is no such data set, but mnist"), "{}", said("good"));
        assert!(
            said("good").contains("but gflow cannot read `") && said("good").contains("it is no list of data sets")
        );
    }
    // a list that somebody named and that is not there
    let named = Settings { list: Some("nowhere.json".into()), list_is_named: true, ..settings.clone() };
    assert!(get(&named, "good", "train").err().unwrap().contains("gflow cannot read `nowhere.json`"));
}

/// What is advised can be done in the list, and has its place there.
#[test]
fn advice_on_files_of_ones_own() {
    let text = b"x;kind;y\n1;a;2\n3;b;4\n";
    let server = serve(Box::new(move |to, _, _, from| whole(to, text, from)));
    let cache = Cache::new();
    let list = cache.0.path().join("datasets.json");
    let settings = Settings { list: Some(list.clone()), ..cache.settings() };
    let with = |options: &str, file: &str| {
        let (at, right) = (&server.address, sum(text));
        let entry = format!(
            r#"{{ "mine": {{ "train": [{{ "url": "{at}/d?id=1", "sha256": "{right}", "file": "{file}" }}], "options": {options} }} }}"#
        );
        std::fs::write(&list, entry).unwrap();
        fetch(&settings, "mine", &FetchOptions::default(), &mut |_, _, _| {}).map_err(|e| e.to_string())
    };
    let e = with("{}", "d.csv").err().unwrap();
    assert!(e.contains("columns: […] names the coordinates"), "{e}");
    assert!(
        e.ends_with(&format!("(\"options\" and \"file\" of \"mine\" in {} say how it is read)", list.display())),
        "{e}"
    );
    let Ok(Fetched::Plain(loaded)) = with(r#"{ "columns": ["y", "x"] }"#, "d.csv") else { panic!("not read") };
    assert_eq!((loaded.rows.data, loaded.labels), (vec![2.0, 1.0, 4.0, 3.0], None));
    let e = with("{}", "d.xls").err().unwrap();
    assert!(e.contains("the extension must be one of .npy") && e.contains("\"file\" of \"mine\""), "{e}");
}

/// In a script it is a map, with labels or without.
#[test]
fn what_scripts_get() {
    let text = b"x,y,kind\n1,2,7\n3,4,8\n";
    let server = serve(Box::new(move |to, _, _, from| whole(to, text, from)));
    let cache = Cache::new();
    let list = cache.0.path().join("my.json");
    let run = |script: &str| {
        std::fs::write(cache.0.path().join("s.rhai"), script).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_gflow"));
        let command = command.args(["run", "s.rhai", "--device", "cpu", "--quiet"]).current_dir(cache.0.path());
        let command = command.env("GFLOW_CACHE", cache.0.path().join("c")).env("GFLOW_DATASETS", "my.json");
        let out = command.env_remove("GFLOW_MIRROR").env("NO_PROXY", "127.0.0.1").output().unwrap();
        String::from_utf8([out.stdout, out.stderr].concat()).unwrap()
    };
    let entry = |name: &str, options: &str| {
        format!(
            r#""{name}": {{ "train": [{{ "url": "{}/a.csv", "sha256": "{}" }}], "options": {options} }}"#,
            server.address,
            sum(text)
        )
    };
    let (plain, labelled) = (entry("plain", "{}"), entry("labelled", r#"{ "labels": "kind" }"#));
    std::fs::write(&list, format!("{{ {plain}, {labelled} }}")).unwrap();
    let script =
        "for name in [\"plain\", \"labelled\"] { let d = data::fetch(name); print(d.keys()); print(d.points.dim()) }";
    assert_eq!(run(script), "[\"points\"]\n3\n[\"labels\", \"points\"]\n2\n");
}
