#!/bin/sh
# Outlives the script that started it by a few seconds: when that dies in any way, even by kill -9, its end of our
# standard input closes, and whatever it had started is ended here. Lines: "+ <process group>" and "- <process group>".
trap '' INT TERM HUP
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="${groups%% "$group" *} ${groups#* "$group" }" ;;
  esac
done

alive() {
  for group in $groups; do kill -0 "-$group" 2>/dev/null && return 0; done
  return 1
}

for group in $groups; do kill -TERM "-$group" 2>/dev/null; done
tenths=0
while alive && [ $tenths -lt 60 ]; do
  sleep 0.1
  tenths=$((tenths + 1))
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
exit 0
