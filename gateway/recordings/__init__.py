"""Recording calls: both sides, stereo, on the line's clock; files and catalogue are desk/recordings/.

recorder.py       what a call tells its recorder, and the one that records nothing
timeline.py       pure: frames of both sides with their moments -> even stereo blocks
opus_file.py      stereo blocks -> Ogg Opus -> an encrypted file; blocking
call_recorder.py  the asyncio shell: never makes a call wait, never makes it fail
recordings.py     one a process: opens recorders, mends what a crash left, removes what is due
"""
