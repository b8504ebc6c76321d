//! What is known about published data sets: where they are, and their checksums, which are those of the publishers' files
//! as TensorFlow Datasets and others list them, or of files that were read here.

/// How a data set is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// images and labels in IDX
    Idx,
    /// a label, then pixels, in lines of text
    Lines,
    /// the binary version of CIFAR-10
    Cifar10,
    /// that of CIFAR-100
    Cifar100,
    /// by its extension, with options of `io::load`
    Plain,
}

/// A file of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// its name in the cache
    pub name: String,
    /// where it is, the first place first
    pub addresses: Vec<String>,
    /// SHA-256 of its bytes, in hexadecimal; one of these
    pub sums: Vec<String>,
}

/// Whether a name can be one of a folder or a file in the cache and a part of an address: nothing of it leads elsewhere.
pub fn is_plain(name: &str) -> bool {
    let signs = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(&b));
    signs && (1..=100).contains(&name.len()) && !name.starts_with('.') && !name.ends_with(".part")
}

/// What such a name is. Files that end with `.part` are downloads on their way.
pub const PLAIN: &str = "1 to 100 of a-z, A-Z, 0-9, -, _, + and ., no . in front and no .part behind";

/// The name of a file, and the sums that are right.
pub type Named = (&'static str, &'static [&'static str]);

/// A data set with a name.
pub struct Set {
    /// as `data::fetch` takes it
    pub name: &'static str,
    /// how it is read
    pub form: Form,
    /// where its files are, each address before their names
    pub places: &'static [&'static str],
    /// of each part: its files, with the sums that are right
    pub parts: &'static [(&'static str, &'static [Named])],
}

impl Set {
    /// The files of a part.
    pub fn files(&self, part: &str) -> Option<Vec<File>> {
        let (_, files) = self.parts.iter().find(|(name, _)| *name == part)?;
        let file = |(name, sums): &Named| File {
            name: name.to_string(),
            addresses: self.places.iter().map(|p| format!("{p}{name}")).collect(),
            sums: sums.iter().map(|s| s.to_string()).collect(),
        };
        Some(files.iter().map(file).collect())
    }
}

const CIFAR10: &[Named] =
    &[("cifar-10-binary.tar.gz", &["c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"])];
const CIFAR100: &[Named] =
    &[("cifar-100-binary.tar.gz", &["58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"])];

/// Every data set that is known.
pub const KNOWN: &[Set] = &[
    Set {
        name: "mnist",
        form: Form::Idx,
        places: &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        parts: &[
            (
                "train",
                &[
                    (
                        "train-images-idx3-ubyte.gz",
                        &["440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"],
                    ),
                    (
                        "train-labels-idx1-ubyte.gz",
                        &["3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"],
                    ),
                ],
            ),
            (
                "test",
                &[
                    (
                        "t10k-images-idx3-ubyte.gz",
                        &[
                            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                            // the same images, packed anew
                            "167310007f03058885c7e95e6c0b19c20de5c7fd3031f4cbdadc9014a523d80b",
                        ],
                    ),
                    (
                        "t10k-labels-idx1-ubyte.gz",
                        &[
                            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                            "fc607395669ec21321ea83e4b82c0544b7e8e63ff5b34337c06bc0a17cc0da3c",
                        ],
                    ),
                ],
            ),
        ],
    },
    Set {
        name: "fashion_mnist",
        form: Form::Idx,
        places: &[
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ],
        parts: &[
            (
                "train",
                &[
                    (
                        "train-images-idx3-ubyte.gz",
                        &["3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"],
                    ),
                    (
                        "train-labels-idx1-ubyte.gz",
                        &["a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"],
                    ),
                ],
            ),
            (
                "test",
                &[
                    (
                        "t10k-images-idx3-ubyte.gz",
                        &["346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"],
                    ),
                    (
                        "t10k-labels-idx1-ubyte.gz",
                        &["67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"],
                    ),
                ],
            ),
        ],
    },
    Set {
        name: "usps",
        form: Form::Lines,
        places: &[
            "https://hastie.su.domains/ElemStatLearn/datasets/",
            "https://web.stanford.edu/~hastie/ElemStatLearn/datasets/",
        ],
        parts: &[
            ("train", &[("zip.train.gz", &["66ebf231ab51f2cf6ac1a892d0f98ccffee1079d7a5db638c1f11f366046ca16"])]),
            ("test", &[("zip.test.gz", &["8dacc3c6e136af6c3488de9e5113a7daf140c8c2f1f0b61c54ee02f03f1a962f"])]),
        ],
    },
    Set {
        name: "cifar10",
        form: Form::Cifar10,
        places: &["https://www.cs.toronto.edu/~kriz/"],
        parts: &[("train", CIFAR10), ("test", CIFAR10)],
    },
    Set {
        name: "cifar100",
        form: Form::Cifar100,
        places: &["https://www.cs.toronto.edu/~kriz/"],
        parts: &[("train", CIFAR100), ("test", CIFAR100)],
    },
];
