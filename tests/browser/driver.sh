# SPDX-License-Identifier: MIT
# driver.sh - a browser for tests, over WebDriver: chromedriver, curl and jq.  To be sourced.
#
#     driver_start && driver_size 360 800 && driver_open file:///tmp/x.html && driver_script 'return document.title'
#     driver_stop
#
# One browser per process.  Every function fails where the browser does.

driver_missing() {      # names the first tool that is not there
    for tool in chromedriver curl jq; do
        command -v "$tool" >/dev/null 2>&1 || { echo "$tool"; return 0; }
    done
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || echo chromium
}

driver_call() {         # METHOD PATH [JSON]: the value of the answer
    curl -sS --max-time 60 -X "$1" -H 'Content-Type: application/json' ${3+--data-binary @-} "http://127.0.0.1:$driver_port$2" <<EOF_BODY |
${3-}
EOF_BODY
        jq -ce 'if (.value | type) == "object" and (.value | has("error")) then error(.value.message) else [.value] end' | jq -c '.[0]'
}

driver_start() {
    driver_dir=$(mktemp -d)
    : >"$driver_dir/log"
    chromedriver --port=0 >"$driver_dir/log" 2>&1 &
    driver_pid=$!
    for _ in $(seq 50); do
        driver_port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$driver_dir/log")
        [ -n "$driver_port" ] && break
        sleep 0.1
    done
    [ -n "$driver_port" ] || return 1
    driver_session=$(driver_call POST /session '{"capabilities":{"alwaysMatch":{"browserName":"chrome","goog:chromeOptions":{"binary":"'"$(command -v chromium || command -v chromium-browser || command -v google-chrome)"'","args":["--headless","--no-sandbox","--disable-gpu","--disable-quic","--no-first-run","--disable-background-networking","--hide-scrollbars","--user-data-dir='"$driver_dir/profile"'"]},"goog:loggingPrefs":{"browser":"ALL","performance":"ALL"}}}}' | jq -r .sessionId)
    [ -n "$driver_session" ] && [ "$driver_session" != null ]
}

driver_stop() {
    [ -z "${driver_session-}" ] || driver_call DELETE "/session/$driver_session" >/dev/null 2>&1
    [ -z "${driver_pid-}" ] || kill "$driver_pid" 2>/dev/null
    [ -z "${driver_dir-}" ] || rm -rf "$driver_dir"
}

driver_open() { driver_call POST "/session/$driver_session/url" "$(jq -nc --arg u "$1" '{url: $u}')" >/dev/null; }
driver_script() { driver_call POST "/session/$driver_session/execute/sync" "$(printf '%s' "$1" | jq -Rsc '{script: ., args: []}')"; }
driver_log() { driver_call POST "/session/$driver_session/se/log" "{\"type\":\"$1\"}"; }
driver_cdp() { driver_call POST "/session/$driver_session/goog/cdp/execute" "$(jq -nc --arg c "$1" --argjson p "$2" '{cmd: $c, params: $p}')"; }
driver_size() { driver_cdp Emulation.setDeviceMetricsOverride "{\"width\":$1,\"height\":$2,\"deviceScaleFactor\":1,\"mobile\":false}" >/dev/null; }
driver_scheme() { driver_cdp Emulation.setEmulatedMedia "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"$1\"}]}" >/dev/null; }
driver_shot() { driver_call GET "/session/$driver_session/screenshot" | jq -r . | base64 -d >"$1"; }
