//! What must hold for every entry of a catalogue.
mod brackets;
mod critics;
mod divergences;
mod integrators;
mod networks;
mod presets;
mod runs;
