#!/usr/bin/env bash
# Prints the counts of a run as tables for RESULTS.md. Usage: report.sh RESULTS_TSV (the harness leaves it in its work folder)
set -euo pipefail
awk -F'\t' '
  function reason(message) {
    if (message ~ /start-broker.sh returned|move replicas between brokers/) return "several brokers: refused for now"
    if (message ~ /KIP-848/) return "consumer groups of KIP-848: not served yet"
    if (message ~ /share groups/) return "share groups: not served yet"
    if (message ~ /streams groups/) return "streams groups: not served yet"
    if (message ~ /transactions are not/) return "transactions: not served yet"
    if (message ~ /authentication and auth/) return "authentication, authorisation: not served yet"
    if (message ~ /quotas are not/) return "quotas: not served yet"
    if (message ~ /KRaft|controller process|controller listener|metadata.version|feature levels/) return "KRaft only: controller listener, quorum, features"
    if (message ~ /exact list/) return "exact lists of Apache Kafka 4.3.1"
    if (message ~ /loads a Java|loads the Java/) return "Java classes loaded into the broker"
    return "broker objects, which cannot be seen from outside"
  }
  {
    class = $2; classes[class] = 1
    if ($1 == "PASSED") { kind = "passed" }
    else {
      why = $1 == "FAILED" && $7 !~ /start-broker.sh returned/ ? "" : reason($7)
      kind = why == "" ? "failed" : "not run"
      if (why != "") reasons[why]++
    }
    count[class, kind]++; total[kind]++
  }
  END {
    print "| outcome | tests |\n|---|---|"
    print "| passed | " total["passed"] + 0 " |\n| failed | " total["failed"] + 0 " |\n| not run | " total["not run"] + 0 " |"
    print "\n| why not run | tests |\n|---|---|"
    byCount = "sort -t\"|\" -k3,3nr"
    for (why in reasons) print "| " why " | " reasons[why] " |" | byCount
    close(byCount)
    print "\n| class | passed | failed | not run |\n|---|---|---|---|"
    for (class in classes)
      print "| " class " | " count[class, "passed"] + 0 " | " count[class, "failed"] + 0 " | " count[class, "not run"] + 0 " |" | "sort"
  }' "$1"
