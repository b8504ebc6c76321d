//! What must hold for every entry of a catalogue.
mod critics;
mod divergences;
mod integrators;
mod runs;
