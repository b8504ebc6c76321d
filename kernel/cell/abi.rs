//! What crosses between the session and a Rust cell, in C's layout: both sides compile this file.
use std::os::raw::c_void;

/// Raised with every change of this file.
pub const VERSION: u32 = 3;
/// The environment variable that holds the address of the [`SessionTable`].
pub const ADDRESS: &str = "GFLOW_SESSION_TABLE";

/// A kind of value: no value at all.
pub const NOTHING: u32 = 0;
/// true or false, in `integer`
pub const BOOL: u32 = 1;
/// in `integer`
pub const INTEGER: u32 = 2;
/// in `number`
pub const NUMBER: u32 = 3;
/// UTF-8 bytes
pub const TEXT: u32 = 4;
/// f64
pub const NUMBERS: u32 = 5;
/// f64, rows × columns, row by row
pub const POINTS: u32 = 6;

/// One value. Whoever receives it calls `drop(owner)` once done with `data`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Value {
    /// what it is, and which of the following say so
    pub kind: u32,
    /// of whole numbers and flags
    pub integer: i64,
    /// of numbers
    pub number: f64,
    /// elements at `data`
    pub len: usize,
    /// of points
    pub rows: usize,
    /// of points
    pub columns: usize,
    /// the elements
    pub data: *const c_void,
    /// handed to `drop`
    pub owner: *mut c_void,
    /// gives the memory back; none: there is nothing to give back
    pub drop: Option<extern "C" fn(*mut c_void)>,
}

impl Value {
    /// No value.
    pub const fn nothing() -> Value {
        Value {
            kind: NOTHING,
            integer: 0,
            number: 0.0,
            len: 0,
            rows: 0,
            columns: 0,
            data: std::ptr::null(),
            owner: std::ptr::null_mut(),
            drop: None,
        }
    }

    /// A value that owns what it points to.
    pub fn owning<T>(kind: u32, elements: Vec<T>, rows: usize, columns: usize) -> Value {
        extern "C" fn free<T>(owner: *mut c_void) {
            // SAFETY: made by Box::into_raw below, and freed once, by the contract of `Value`
            drop(unsafe { Box::from_raw(owner.cast::<Vec<T>>()) });
        }
        let boxed = Box::new(elements);
        let (data, len) = (boxed.as_ptr().cast(), boxed.len());
        Value {
            kind,
            len,
            rows,
            columns,
            data,
            owner: Box::into_raw(boxed).cast(),
            drop: Some(free::<T>),
            ..Value::nothing()
        }
    }

    /// The elements.
    ///
    /// # Safety
    /// `T` must be the element type of `kind`, and the value not yet released.
    pub unsafe fn elements<T>(&self) -> &[T] {
        if self.len == 0 || self.data.is_null() {
            return &[];
        }
        // SAFETY: `data` points to `len` elements as long as the owner lives
        unsafe { std::slice::from_raw_parts(self.data.cast(), self.len) }
    }

    /// Gives the memory back to its owner; the value must not be used after.
    pub fn release(self) {
        if let Some(drop) = self.drop {
            drop(self.owner);
        }
    }
}

/// A function of a cell: `false` means that `out` holds a text, the error.
pub type Call = extern "C" fn(data: *mut c_void, arguments: *const Value, count: usize, out: *mut Value) -> bool;
/// An f of a cell.
pub type Scalar = extern "C" fn(data: *mut c_void, x: f64) -> f64;

/// What the session offers. Texts are a pointer and a length in bytes; `false` means that `out` holds the error.
#[repr(C)]
pub struct SessionTable {
    /// [`VERSION`] of the session's side
    pub version: u32,
    /// the value of a variable
    pub get: extern "C" fn(name: *const u8, len: usize, out: *mut Value) -> bool,
    /// sets a variable; the value is the session's from then on
    pub set: extern "C" fn(name: *const u8, len: usize, value: *const Value, out: *mut Value) -> bool,
    /// runs script code
    pub eval: extern "C" fn(code: *const u8, len: usize, out: *mut Value) -> bool,
    /// makes a function of the script; `data` must live as long as the process
    pub register: extern "C" fn(
        name: *const u8,
        len: usize,
        arity: usize,
        call: Call,
        data: *mut c_void,
        out: *mut Value,
    ) -> bool,
    /// sets a variable to the generator with this f
    pub generator: extern "C" fn(name: *const u8, len: usize, f: Scalar, data: *mut c_void, out: *mut Value) -> bool,
    /// shows content of a type
    pub show: extern "C" fn(mime: *const u8, mime_len: usize, content: *const u8, len: usize),
    /// shows text on the standard error, in order with everything else
    pub remark: extern "C" fn(content: *const u8, len: usize),
    /// whether the user asked the cell to stop
    pub interrupted: extern "C" fn() -> bool,
    /// called after every Rust cell, to empty the buffers of the cell's own standard library
    pub at_end: extern "C" fn(flush: extern "C" fn()),
}
