#!/usr/bin/env bash
# Cleans sample_data/ into demo-out/ afresh and says what came of it.
set -uo pipefail
cd "$(dirname "$0")/.."

rm -rf demo-out demo-out-private

.venv/bin/pixelclean clean sample_data demo-out
code=$?

case $code in
0 | 3 | 4)
    cat <<'DONE'

This is the demo's expected end. sample_data/ holds, beside ordinary files, two that look like pages of
text (they wait in the queue for a person) and one that was cut short (it is in quarantine): none of them is in demo-out.

    demo-out/                        what may leave: released files under pseudonyms
    demo-out-private/report.html     counts, reasons, and pictures of the released frames
    demo-out-private/results.jsonl   one line per file
    demo-out-private/queue           what waits for a person, and quarantine beside it
    sample_data/truth.json           what should have happened, and where every burned-in text was
DONE
    exit 0
    ;;
*)
    echo "The demo failed with exit code $code; .venv/bin/pixelclean doctor says what is missing." >&2
    exit "$code"
    ;;
esac
