#!/bin/sh
# SPDX-License-Identifier: MIT
# hostile.sh - a small export in the generic layout whose every field tries to be something else: tag, script, formula, escape, template.
poly=$(printf '=HYPERLINK(""http://evil.example/"")""><script>alert(1)</script></style>]]>{{7*7}}javascript:alert(1)|`a`[x](javascript:1)\033]52;c;Zm9v\007\342\200\256gpj\342\200\250\377\376'"' onload='x")
echo 'recipient,event_type,event_time,diagnostic,campaign,sender,sending_ip'
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    for kind in delivered bounce deferral complaint; do
        printf '"%s%s@%s","%s","2026-10-%02dT08:00:00Z","550 5.7.1 %s %s","%s%s","%s@sender.example","%s"\n' \
            "user" "$i" "domain$i.example" "$kind" "$i" "$poly" "$i" "$poly" "$i" "$poly" "$poly"
    done
done
