//! Values that go into statements and come out of rows.

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// a whole number
    Integer(i64),
    /// a text
    Text(String),
    /// bytes
    Blob(Vec<u8>),
}

impl From<&str> for Value {
    fn from(v: &str) -> Value {
        Value::Text(v.into())
    }
}
impl From<String> for Value {
    fn from(v: String) -> Value {
        Value::Text(v)
    }
}
impl From<Vec<u8>> for Value {
    fn from(v: Vec<u8>) -> Value {
        Value::Blob(v)
    }
}
impl From<i64> for Value {
    fn from(v: i64) -> Value {
        Value::Integer(v)
    }
}

/// What a value may be read as.
pub trait FromValue: Sized {
    /// Nothing where the value is of another kind.
    fn from_value(value: Value) -> Option<Self>;
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Option<i64> {
        if let Value::Integer(v) = value { Some(v) } else { None }
    }
}
impl FromValue for String {
    fn from_value(value: Value) -> Option<String> {
        if let Value::Text(v) = value { Some(v) } else { None }
    }
}
impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Option<Vec<u8>> {
        if let Value::Blob(v) = value { Some(v) } else { None }
    }
}

/// The parameters of a statement: nothing, or a tuple of values.
pub trait IntoParams {
    /// In their order.
    fn into_params(self) -> Vec<Value>;
}

impl IntoParams for () {
    fn into_params(self) -> Vec<Value> {
        vec![]
    }
}
impl<A: Into<Value>> IntoParams for (A,) {
    fn into_params(self) -> Vec<Value> {
        vec![self.0.into()]
    }
}
impl<A: Into<Value>, B: Into<Value>> IntoParams for (A, B) {
    fn into_params(self) -> Vec<Value> {
        vec![self.0.into(), self.1.into()]
    }
}
impl<A: Into<Value>, B: Into<Value>, C: Into<Value>> IntoParams for (A, B, C) {
    fn into_params(self) -> Vec<Value> {
        vec![self.0.into(), self.1.into(), self.2.into()]
    }
}
impl<A: Into<Value>, B: Into<Value>, C: Into<Value>, D: Into<Value>> IntoParams for (A, B, C, D) {
    fn into_params(self) -> Vec<Value> {
        vec![self.0.into(), self.1.into(), self.2.into(), self.3.into()]
    }
}
