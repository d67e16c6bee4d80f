#!/bin/sh
# One-shot: the namespace and this package's search attributes. Safe to run again: what exists stays as it is.
# Wants: TEMPORAL_ADDRESS; TEMPORAL_NAMESPACE and RETENTION have defaults.
set -eu

: "${TEMPORAL_ADDRESS:?}" "${TEMPORAL_NAMESPACE:=default}" "${RETENTION:=168h}"
export TEMPORAL_ADDRESS TEMPORAL_NAMESPACE

# Names and types as in src/interface/search-attributes.ts; a test compares them.
ATTRIBUTES='
WxFlow=Keyword
WxState=Keyword
WxMchId=Keyword
WxCustoms=Keyword
WxKeys=KeywordList
WxNeedsOperator=Bool
WxLastChange=Datetime
'

# until_it_works SECONDS COMMAND...: a server that has just started refuses some calls at first.
until_it_works() {
  left=$1
  shift
  until output=$("$@" 2>&1); do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      echo "Gave up: $*" >&2
      echo "$output" >&2
      return 1
    fi
    sleep 1
  done
}

until_it_works 120 temporal operator cluster health

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  echo "Namespace $TEMPORAL_NAMESPACE exists."
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION" >/dev/null
  echo "Namespace $TEMPORAL_NAMESPACE created, retention $RETENTION."
fi

# A new namespace is known to the whole server within ten seconds or so.
until_it_works 60 temporal operator search-attribute list
there=$output
for attribute in $ATTRIBUTES; do
  name=${attribute%%=*}
  type=${attribute#*=}
  if echo "$there" | grep -q -w "$name"; then
    echo "Search attribute $name exists."
  else
    until_it_works 30 temporal operator search-attribute create --name "$name" --type "$type"
    echo "Search attribute $name ($type) created."
  fi
done
