//! What must hold for every entry of a catalogue.
mod autodiff;
mod brackets;
mod critics;
mod divergences;
mod found;
mod fused;
mod integrators;
mod networks;
mod not_a_number;
mod ordinary;
mod prepare;
mod presets;
mod runs;
mod saved_form;
mod settling;
mod units;
mod verdicts;
