"""Pure text rules: strings in, frozen values out. No Rasa import, no clock, no network; time is an argument."""
