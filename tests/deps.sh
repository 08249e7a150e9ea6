#!/bin/sh
# Installs what building, testing and the demo need, when it is missing and
# we are root; otherwise says what to install.  Debian 12 package names.
# usage: deps.sh [demo|check|e2e|kernel|lint|bench|deb]    (nothing: all but
# bench, kernel and deb)
set -eu

build="gcc make pkg-config libpcap-dev libmnl-dev libnftnl-dev
libnetfilter-queue-dev libevent-dev libconfuse-dev libsodium-dev
libseccomp-dev libcap-ng-dev libjansson-dev libc-ares-dev libkyotocabinet-dev libcunit1-dev
libpcre2-dev libsystemd-dev libmicrohttpd-dev libmaxminddb-dev"
run="nftables iproute2 postfix swaks openssl libio-socket-inet6-perl util-linux procps"
test="rsyslog tcpdump p0f strace python3 iptables rspamd tshark curl
systemd systemd-journal-remote"
zone="rbldnsd dnsutils" # without: t_zone is skipped, aloud
promtool="prometheus" # without: that case is skipped, aloud
browser="chromium chromium-driver" # without: those cases are skipped, aloud
kernel="qemu-system-x86 busybox-static cpio kmod" # make check-kernel
bench="fail2ban python3-pyinotify iptables nftables p0f procps iproute2 util-linux
python3 postfix libsqlite3-0" # CrowdSec is only unpacked: tests/bench/compare.sh
deb="build-essential debhelper dpkg-dev fakeroot lintian debootstrap"
lint="git clang libclang-rt-14-dev clang-format clang-tidy cppcheck mandoc universal-ctags"

case ${1:-all} in
demo) want="$build $run" ;;
check) want="$build $run $test" ;;
e2e) want="$browser $promtool $zone" ;;
kernel) want="$build $run $kernel" ;;
lint) want="$build $lint" ;;
bench) want="$build $bench" ;;
deb) want="$build $deb" ;;
all) want="$build $run $test $browser $lint" ;;
*)
	echo "usage: deps.sh [demo|check|e2e|kernel|lint|bench|deb]" >&2
	exit 2
	;;
esac

missing=
for p in $want; do
	dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null |
	    grep -q '^ii' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
	echo "deps: missing packages; as root: apt-get install$missing" >&2
	exit 1
fi
echo "deps: installing$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# No service may start on the host because of us: the demo and the tests
# run their own Postfix, in a namespace of its own.
policy=/usr/sbin/policy-rc.d
made=
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
	made=1
fi
trap '[ -z "$made" ] || rm -f "$policy"; rm -f "$log"' EXIT
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends \
    $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "deps: apt-get failed" >&2
	exit 1
fi
