//! Lines on a socket, and the files that come and go with them: arrays cross in memory that both sides map.
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Error, ErrorKind, Result, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::net::UnixStream;

/// Bytes that are asked for at a time.
const PIECE: usize = 1 << 16;
/// Room for the descriptors of one message, in words.
const CONTROL: usize = 32;

/// The lines of a socket, with the files that came so far and nobody has taken.
pub struct Lines {
    socket: UnixStream,
    buffer: Vec<u8>,
    /// where in it a line may end
    searched: usize,
    /// in the order of the lines they came with
    pub files: VecDeque<File>,
}

impl Lines {
    /// Of a socket.
    pub fn new(socket: UnixStream) -> Lines {
        Lines { socket, buffer: vec![], searched: 0, files: VecDeque::new() }
    }
    /// The next line without its end; none once the other side is gone.
    pub fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some(i) = self.buffer[self.searched..].iter().position(|b| *b == b'\n') {
                let rest = self.buffer.split_off(self.searched + i + 1);
                let mut line = std::mem::replace(&mut self.buffer, rest);
                line.pop();
                self.searched = 0;
                return Some(line);
            }
            self.searched = self.buffer.len();
            self.buffer.resize(self.searched + PIECE, 0);
            let n = receive(&self.socket, &mut self.buffer[self.searched..], &mut self.files).unwrap_or(0);
            self.buffer.truncate(self.searched + n);
            if n == 0 {
                return None;
            }
        }
    }
}

/// What a system call gave, asked again where a signal came between.
fn again(mut call: impl FnMut() -> isize) -> Result<usize> {
    loop {
        match usize::try_from(call()) {
            Ok(n) => return Ok(n),
            Err(_) => {
                let e = Error::last_os_error();
                if e.kind() != ErrorKind::Interrupted {
                    return Err(e);
                }
            }
        }
    }
}

/// Bytes, and the files that came with them.
fn receive(socket: &UnixStream, into: &mut [u8], files: &mut VecDeque<File>) -> Result<usize> {
    let mut part = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    let mut control = [0u64; CONTROL];
    // SAFETY: a header of zeros is one without anything
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &mut part;
    header.msg_iovlen = 1;
    header.msg_control = control.as_mut_ptr().cast();
    header.msg_controllen = size_of_val(&control) as _;
    // SAFETY: the header names memory that outlives the call
    let n = again(|| unsafe { libc::recvmsg(socket.as_raw_fd(), &mut header, libc::MSG_CMSG_CLOEXEC) })?;
    // SAFETY: walks over what the kernel wrote into `control`, by the macros made for it; each descriptor is ours alone
    unsafe {
        let mut at = libc::CMSG_FIRSTHDR(&header);
        while !at.is_null() {
            if (*at).cmsg_level == libc::SOL_SOCKET && (*at).cmsg_type == libc::SCM_RIGHTS {
                let bytes = (*at).cmsg_len as usize - libc::CMSG_LEN(0) as usize;
                for i in 0..bytes / size_of::<RawFd>() {
                    let descriptor = libc::CMSG_DATA(at).cast::<RawFd>().add(i).read_unaligned();
                    files.push_back(File::from_raw_fd(descriptor));
                }
            }
            at = libc::CMSG_NXTHDR(&header, at);
        }
    }
    Ok(n)
}

/// Writes bytes, and gives a file away with the first of them.
///
/// # Errors
/// Nobody is there any more.
pub fn send(socket: &mut UnixStream, bytes: &[u8], file: &File) -> Result<()> {
    let mut part = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let mut control = [0u64; CONTROL];
    // SAFETY: as in `receive`; the header of the one descriptor lies in `control`, which has room for it
    let n = unsafe {
        let mut header: libc::msghdr = std::mem::zeroed();
        header.msg_iov = &mut part;
        header.msg_iovlen = 1;
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = libc::CMSG_SPACE(size_of::<RawFd>() as u32) as _;
        let at = libc::CMSG_FIRSTHDR(&header);
        (*at).cmsg_level = libc::SOL_SOCKET;
        (*at).cmsg_type = libc::SCM_RIGHTS;
        (*at).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as _;
        libc::CMSG_DATA(at).cast::<RawFd>().write_unaligned(file.as_raw_fd());
        again(|| libc::sendmsg(socket.as_raw_fd(), &header, libc::MSG_NOSIGNAL))?
    };
    socket.write_all(&bytes[n..])
}

/// A file in memory, without a name.
///
/// # Errors
/// Too many open files; no memory.
pub fn memory() -> Result<File> {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: makes a descriptor, which is ours alone
        let descriptor = unsafe { libc::memfd_create(c"gflow".as_ptr(), libc::MFD_CLOEXEC) };
        if descriptor < 0 { Err(Error::last_os_error()) } else { Ok(unsafe { File::from_raw_fd(descriptor) }) }
    }
    #[cfg(not(target_os = "linux"))]
    tempfile::tempfile()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    /// Files come with their lines, whatever pieces those come in.
    #[test]
    fn lines_bring_their_files() {
        let (mut here, there) = UnixStream::pair().unwrap();
        let long = "x".repeat(3 * PIECE);
        let sender = std::thread::spawn(move || {
            for text in ["a", &long, "b"] {
                let file = memory().unwrap();
                file.write_all_at(text.as_bytes(), 0).unwrap();
                send(&mut here, format!("{text}\n").as_bytes(), &file).unwrap();
                here.write_all(b"plain\n").unwrap();
            }
        });
        let mut lines = Lines::new(there);
        while let Some(line) = lines.next() {
            if line == b"plain" {
                continue;
            }
            let file = lines.files.pop_front().unwrap();
            let mut text = vec![0; line.len()];
            file.read_exact_at(&mut text, 0).unwrap();
            assert!(text == line);
        }
        assert!(lines.files.is_empty());
        sender.join().unwrap();
    }
}
