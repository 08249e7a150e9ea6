; SPDX-License-Identifier: GPL-3.0-or-later
;
; zfw.fp - the signatures that zfw ships
;
; The form is p0f 3's, with a few additions that docs/ADDING-SIGNATURES.md
; explains.  Site-local files are read before this one and so are preferred.
;
; What stands here are facts about TCP stacks, not rows of anybody's list:
; how a stack orders its options, how it chooses window and scale, which TTL
; it starts from.  MSS is left open nearly everywhere: most clients sit behind
; a tunnel, PPPoE or a mobile network that lowers it.  `from` says where each
; fact is from.  Three answers follow from how the parts are tried:
;
;   exact    a layout with a window and scale that tell the version
;   generic  a layout that one make alone uses
;   fuzzy    [tcp:shape]: the order of options, when a box on the way has
;            blanked, padded or rebuilt them; or a quirk that does not fit
;
; The same signature under two names says: these cannot be told apart.

classes = win,unix,other

; Over the years stacks changed how they fill the IP id of a SYN, ECN and
; flow labels are a matter of configuration, and a large scale is legal.
ttl = strict
ignore = id+,id-,ecn,flow,ts1-

; ==========================================================================
[mtu]
; ==========================================================================

label = Ethernet
from = RFC 894
sig = 1500
label = X.25 or dial-up
from = RFC 877 and the least that IPv4 hosts must take (RFC 791)
sig = 576
label = PPPoE
from = RFC 2516: 1500 less 8 bytes; 1454 on Japanese fibre access, 1452 where a router leaves room for the TCP options
sig = 1492
sig = 1454
sig = 1452
label = PPTP
from = 1500 less the PPTP and PPP headers, as common clients set it
sig = 1490
label = IPIP or 6in4
from = RFC 2003, RFC 4213: 1500 less 20
sig = 1480
label = GRE
from = RFC 2784: 1500 less 24
sig = 1476
label = 464XLAT
from = RFC 6877: 1500 less what the translation to IPv6 may add (28)
sig = 1472
label = Google Cloud
from = documentation of its networks: the default MTU
sig = 1460
label = VXLAN
from = RFC 7348: 1500 less 50
sig = 1450
label = WireGuard
from = wg-quick(8): 1500 less 80
sig = 1420
label = tunnel or mobile network
from = round values that operators of VPN and mobile access configure
sig = 1300
sig = 1350
sig = 1358
sig = 1400
sig = 1410
sig = 1428
sig = 1430
sig = 1440
label = IPv6 minimum
from = RFC 8200
sig = 1280
label = jumbo Ethernet
from = common limit of switches; 9001 in Amazon's cloud by its documentation
sig = 9000
sig = 9001
label = loopback
from = Linux drivers/net/loopback.c (16436 until 3.5, 65536 since), BSD and macOS lo0 (16384)
sig = 16384
sig = 16436
sig = 65535

; ==========================================================================
[tcp:request]
; ==========================================================================

; ---- Linux ---------------------------------------------------------------
; Order of options: net/ipv4/tcp_output.c, tcp_syn_options() and
; tcp_options_write(); a padding nop stands before ws, and SACK-permitted
; takes the place of two nops before the timestamps.  The scale is the
; smallest that covers net.ipv4.tcp_rmem's (or core.rmem_max's) largest
; window, log2(bytes) - 15: 6 MB is 7, 8 MB is 8, 16 MB is 9, 32 MB is 10.

label = s:unix:Linux:6.16 or newer
from = Linux source: tcp_rmem's largest value became 32 MB; seen from Linux 6.18: window 64800, 64320, 64660 with MSS 1440, 1340, 1220
sig = *:64:0:*:full,10:mss,sok,ts,nop,ws:df:*

label = s:unix:Linux:4.20 to 6.15
from = Linux source, tcp_select_initial_window(): since 4.20 the window is the whole segments that fit in 65536; 6 MB is the default limit; public captures of list servers (64240, scale 7)
sig = *:64:0:*:full,7:mss,sok,ts,nop,ws:df:*

label = s:unix:Linux:3.11 to 4.19
from = Linux source: twenty segments since the default window of 3.11; p0f's database has the same
sig = *:64:0:*:mss*20,7:mss,sok,ts,nop,ws:df:*

label = s:unix:Linux:2.6.39 to 3.10
from = Linux source: ten segments since 2.6.39 (RFC 6928); the limit follows the memory, 4 and up
sig = *:64:0:*:mss*10,4:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*10,5:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*10,6:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*10,7:mss,sok,ts,nop,ws:df:*

label = s:unix:Linux:3.x with little memory (router, camera, phone)
from = Linux source: tcp_rmem's limit follows the memory, below 512 KB the scale is 3 or less
sig = *:64:0:*:mss*10,0:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*10,1:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*10,2:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*10,3:mss,sok,ts,nop,ws:df:*

label = s:unix:Linux:2.6.x
from = Linux source: four segments before 2.6.39
sig = *:64:0:*:mss*4,5:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*4,6:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*4,7:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*4,8:mss,sok,ts,nop,ws:df:*

label = s:unix:Linux:2.4 or 2.6 with little memory (router, camera)
from = Linux source: four segments; small buffers need a small scale
sig = *:64:0:*:mss*4,0:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*4,1:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*4,2:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*4,3:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:mss*4,4:mss,sok,ts,nop,ws:df:*

label = s:unix:Linux:Android, or large default buffers
from = Linux source: a tcp_rmem default above 128 KB makes the first window 65535; Android's init.rc and vendor settings raise it
sig = *:64:0:*:65535,6:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:65535,7:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:65535,8:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:65535,9:mss,sok,ts,nop,ws:df:*
sig = *:64:0:*:65535,10:mss,sok,ts,nop,ws:df:*

label = s:unix:Linux:loopback
from = Linux drivers/net/loopback.c; public captures of Linux hosts talking to themselves
sig = 4:64:0:65495:*,*:mss,sok,ts,nop,ws:df:*
sig = 6:64:0:65476:*,*:mss,sok,ts,nop,ws::*
sig = 4:64:0:16396:*,*:mss,sok,ts,nop,ws:df:*
sig = *:64:0:16376:*,*:mss,sok,ts,nop,ws:df:*

label = g:unix:Linux:4.20 or newer, other buffers
from = Linux source: as above, with tcp_rmem set by somebody
sig = *:64:0:*:full,*:mss,sok,ts,nop,ws:df:*

; Sums that end with a TTL out of range are still Linux: the order is
; nobody else's, and a TTL is easily set.
ttl = p0f
label = g:unix:Linux:
from = Linux source, tcp_options_write(): the order of options
sig = *:64:0:*:*,*:mss,sok,ts,nop,ws:df:*
label = g:unix:Linux:with fast open
from = Linux source, tcp_options_write(): the cookie (kind 34) behind the rest, nops to fill up
sig = *:64:0:*:*,*:mss,sok,ts,nop,ws,?34,nop,nop:df:*
label = g:unix:Linux:with multipath TCP
from = Linux source, net/mptcp/options.c: MP_CAPABLE (kind 30) behind the rest
sig = *:64:0:*:*,*:mss,sok,ts,nop,ws,?30:df:*

ttl = strict
; These two cannot be told apart: boxes without timestamps of their own
; write the options of those for whom they speak like this, too.
label = g:unix:macOS or iOS:options rebuilt on the way
from = XNU's window and scale in the order of a Linux without timestamps
sig = 4:64:0:*:65535,6:mss,nop,nop,sok,nop,ws:df:*
sig = 4:64:0:*:65535,5:mss,nop,nop,sok,nop,ws:df:*
label = g:unix:Linux:without timestamps
from = Linux source, tcp_options_write() with net.ipv4.tcp_timestamps = 0
sig = 4:64:0:*:65535,6:mss,nop,nop,sok,nop,ws:df:*
sig = 4:64:0:*:65535,5:mss,nop,nop,sok,nop,ws:df:*
sig = 4:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df:*
label = g:unix:Linux:timestamps blanked on the way
from = a box that writes nops over the ten bytes of the timestamps leaves Linux's order with eleven nops
sig = *:64:0:*:*,*:mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws:df:*
label = g:unix:Linux:timestamps cut out on the way
from = taking the timestamps out of Linux's order and filling up to four bytes gives this
sig = *:64:0:*:*,*:mss,sok,nop,nop,nop,ws:df:*
label = g:unix:Linux:without window scaling
from = Linux source, tcp_options_write() with net.ipv4.tcp_window_scaling = 0
sig = *:64:0:*:*,0:mss,sok,ts:df:*
label = g:unix:Linux:without SACK
from = Linux source, tcp_options_write() with net.ipv4.tcp_sack = 0
sig = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws:df:*

; ---- Windows -------------------------------------------------------------
; Starts from a TTL of 128, which no other system in wide use does.  Over
; IPv6 the router says which hop limit to use, so there the order must do.

label = s:win:Windows:10 or 11, Server 2016 or newer
from = public captures of Windows 10 hosts (malware samples, with the system named by their authors): 44 segments of 1460, scale 8
sig = *:128:0:*:full,8:mss,nop,ws,nop,nop,sok:df:*
label = s:win:Windows:8.1 to 11, Server 2012 to 2022
from = public captures of Windows servers and desktops with a full window
sig = *:128:0:*:65535,8:mss,nop,ws,nop,nop,sok:df:*
label = s:win:Windows:Vista to 8.1, Server 2008 to 2012
from = public captures of Windows 7 hosts; p0f's database has the same
sig = *:128:0:*:8192,8:mss,nop,ws,nop,nop,sok:df:*
sig = *:128:0:*:8192,2:mss,nop,ws,nop,nop,sok:df:*
sig = *:128:0:*:8192,8:mss,nop,ws,sok,ts:df:*
sig = *:128:0:*:8192,2:mss,nop,ws,sok,ts:df:*
label = s:win:Windows:Vista to 8.1, a third SYN
from = public captures: the third SYN leaves the window scale out
sig = *:128:0:*:8192,0:mss,nop,nop,sok:df:*
label = s:win:Windows:2000, XP or Server 2003
from = public captures of Windows XP hosts; p0f's database has the same
sig = *:128:0:*:65535,0:mss,nop,nop,sok:df:*
sig = *:128:0:*:64512,0:mss,nop,nop,sok:df:*
sig = *:128:0:*:16384,0:mss,nop,nop,sok:df:*
sig = *:128:0:*:65535,0:mss,nop,ws,nop,nop,sok:df:*
sig = *:128:0:*:65535,1:mss,nop,ws,nop,nop,sok:df:*
sig = *:128:0:*:65535,2:mss,nop,ws,nop,nop,sok:df:*
sig = *:128:0:*:65535,3:mss,nop,ws,nop,nop,sok:df:*
sig = *:128:0:*:16384,0:mss,nop,ws,nop,nop,sok:df:*

label = g:win:Windows:
from = public captures of Windows from Vista to 11: the order of options
sig = *:128:0:*:*,*:mss,nop,ws,nop,nop,sok:df:*
label = g:win:Windows:with timestamps
from = public captures; p0f's database has the same order for Windows 7
sig = 4:128:0:*:*,*:mss,nop,ws,sok,ts:df:*
label = g:win:Windows:with fast open
from = the order of options with an empty cookie (kind 34) behind it, filled up with nops
sig = *:128:0:*:*,*:mss,nop,ws,nop,nop,sok,?34,nop,nop:df:*
label = g:win:Windows:without window scaling
from = public captures; the third SYN of older versions, or autotuning switched off
sig = 4:128:0:*:*,0:mss,nop,nop,sok:df:*
label = g:win:Windows:2000, XP or Server 2003 with timestamps
from = public captures of the years when RFC 1323 had to be switched on by hand
sig = 4:128:0:*:*,*:mss,nop,ws,nop,nop,ts,nop,nop,sok:df:*

; ---- Apple ---------------------------------------------------------------
; XNU always offers 65535.  The scale is the smallest that covers
; net.inet.tcp.autorcvbufmax, which grew with the years.

label = s:unix:macOS or iOS:2017 or newer (macOS 10.13, iOS 11)
from = public captures of macOS 12 and of iPhones: window 65535, scale 6
sig = *:64:0:*:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df:*
label = s:unix:macOS or iOS:2015 or 2016 (macOS 10.11, iOS 9)
from = public captures; the limit was half of today's
sig = *:64:0:*:65535,5:mss,nop,ws,nop,nop,ts,sok,eol+1:df:*
label = s:unix:macOS or iOS:2013 or 2014 (Mac OS X 10.9, iOS 7)
from = public captures; p0f's database has the same
sig = *:64:0:*:65535,4:mss,nop,ws,nop,nop,ts,sok,eol+1:df:*
label = s:unix:macOS or iOS:before 2013 (Mac OS X 10.8 or older)
from = public captures; p0f's database has the same
sig = *:64:0:*:65535,0:mss,nop,ws,nop,nop,ts,sok,eol+1:df:*
sig = *:64:0:*:65535,1:mss,nop,ws,nop,nop,ts,sok,eol+1:df:*
sig = *:64:0:*:65535,2:mss,nop,ws,nop,nop,ts,sok,eol+1:df:*
sig = *:64:0:*:65535,3:mss,nop,ws,nop,nop,ts,sok,eol+1:df:*
label = s:unix:macOS or iOS:a late SYN
from = public captures: after some seconds without an answer the other options go
sig = *:64:0:*:65535,0:mss,sok,eol+1:df:*

ttl = p0f
label = g:unix:macOS or iOS:
from = public captures: the order of options and the two bytes of end and padding
sig = *:64:0:*:*,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df:*
ttl = strict
label = g:unix:macOS or iOS:timestamps blanked on the way
from = a box that writes nops over the ten bytes of the timestamps leaves Apple's order with twelve nops
sig = *:64:0:*:*,*:mss,nop,ws,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,sok,eol+1:df:*
label = g:unix:macOS or iOS:timestamps cut out on the way
from = taking the timestamps and their nops out of Apple's order gives this; FreeBSD sends it too, if somebody switched its timestamps off
sig = *:64:0:*:*,*:mss,nop,ws,sok,eol+1:df:*
sig = *:64:0:*:*,*:mss,nop,ws,nop,nop,sok,eol+1:df:*

; ---- BSD and the boxes that rebuild options in its order ------------------
; tcp_addoptions() of FreeBSD writes mss, ws, sok, ts with the fewest nops.
; So do proxies and firewalls built on it or like it; they keep the window
; and scale of whom they speak for, and these tell who that is.

label = g:unix:Linux:Android, options rebuilt on the way
from = Linux's choice of window and scale in FreeBSD's order; FreeBSD's own scale is 6, or 3 in old versions
sig = *:64:0:*:65535,7:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:65535,8:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:65535,9:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:65535,10:mss,nop,ws,sok,ts:df:*
label = g:unix:Linux:options rebuilt on the way
from = Linux's windows (whole segments, four, ten or twenty) in FreeBSD's order; a public capture of a mail client at CERN has ten and scale 7
sig = *:64:0:*:full,*:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:mss*20,*:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:mss*10,*:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:mss*4,*:mss,nop,ws,sok,ts:df:*

; These two cannot be told apart.
label = g:unix:macOS or iOS:options rebuilt on the way
from = XNU's window and scale in FreeBSD's order: what a phone looks like behind such a box
sig = *:64:0:*:65535,6:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:65535,5:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:65535,4:mss,nop,ws,sok,ts:df:*
label = g:unix:FreeBSD:9 or newer
from = FreeBSD source, sys/netinet/tcp_output.c and tcp_input.c: 65535, the scale covers kern.ipc.maxsockbuf (2 MB: 6); p0f's database has the same
sig = *:64:0:*:65535,6:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:65535,5:mss,nop,ws,sok,ts:df:*
sig = *:64:0:*:65535,4:mss,nop,ws,sok,ts:df:*

label = s:unix:FreeBSD:8.x
from = p0f's database; kern.ipc.maxsockbuf was 256 KB
sig = *:64:0:*:65535,3:mss,nop,ws,sok,ts:df:*
label = g:unix:FreeBSD:
from = FreeBSD source, tcp_addoptions(): the order of options
sig = *:64:0:*:*,*:mss,nop,ws,sok,ts:df:*
label = g:unix:OpenBSD:
from = OpenBSD source, sys/netinet/tcp_output.c: the order of options; p0f's database has it for 3.x to 5.x
sig = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws,nop,nop,ts:df:*
label = g:unix:NetBSD:
from = NetBSD source, sys/netinet/tcp_output.c: nops before the timestamps rather than behind
sig = *:64:0:*:*,*:mss,nop,ws,sok,nop,nop,nop,nop,ts:df:*

; ---- others --------------------------------------------------------------

label = s:unix:Solaris:8
from = p0f's database
sig = *:64:0:*:32850,1:nop,ws,nop,nop,ts,nop,nop,sok,mss:df:*
label = s:unix:Solaris:10
from = p0f's database
sig = *:64:0:*:mss*34,0:mss,nop,ws,nop,nop,sok:df:*
label = g:other:lwIP:embedded device
from = lwIP documentation: TCP_WND is four times TCP_MSS, TCP_TTL is 255, no DF, no options but the MSS
sig = 4:255:0:*:mss*4,0:mss::*
label = g:other:lwIP:ESP32 or ESP8266
from = documentation of the vendor's build: MSS 1436 or 1440, window of four segments, TTL 64 or 255
sig = 4:64:0:1436:mss*4,0:mss::*
sig = 4:64:0:1440:mss*4,0:mss::*
label = g:other:Cisco IOS:
from = documentation of "ip tcp window-size": 4128 is the default; public captures with TTL 255
sig = 4:255:0:*:4128,0:mss::*

; ---- tools, not systems --------------------------------------------------

label = s:!:nmap:SYN scan
sys = @unix,@win
from = nmap source: window 1024 to 4096 in steps of 1024, MSS 1460, TTL 37 to 59, no DF
sig = 4:64-:0:1460:1024,0:mss::0
sig = 4:64-:0:1460:2048,0:mss::0
sig = 4:64-:0:1460:3072,0:mss::0
sig = 4:64-:0:1460:4096,0:mss::0
label = s:!:masscan:
sys = @unix,@win
from = masscan documentation: window 1024, TTL 255, no DF; MSS 1460 since 1.3, no options before
sig = 4:255:0:1460:1024,0:mss::0
sig = 4:255:0:0:1024,0:::0
label = s:!:ZMap:
sys = @unix,@win
from = ZMap documentation: window 65535, TTL 255, IP id 54321, no DF, no options, or an MSS of 1460 since 3.0
sig = 4:255:0:0:65535,0:::0
sig = 4:255:0:1460:65535,0:mss::0

; ==========================================================================
[tcp:response]
; ==========================================================================
; A server leaves out what the client did not offer, so each has variants.

label = s:unix:Linux:4.20 or newer
from = Linux source: whole segments in 65536, of the MSS less 12 where there are timestamps
sig = *:64:0:*:mss*45,*:mss,sok,ts,nop,ws:df:0
sig = *:64:0:*:mss*45,*:mss,nop,nop,ts,nop,ws:df:0
sig = *:64:0:*:full,*:mss,nop,nop,sok,nop,ws:df:0
sig = *:64:0:*:full,*:mss,nop,ws:df:0
sig = *:64:0:*:full,0:mss,nop,nop,sok:df:0
label = s:unix:Linux:3.11 to 4.19
from = Linux source: twenty segments
sig = *:64:0:*:mss*20,*:mss,sok,ts,nop,ws:df:0
sig = *:64:0:*:mss*20,*:mss,nop,nop,ts,nop,ws:df:0
sig = *:64:0:*:mss*20,*:mss,nop,nop,sok,nop,ws:df:0
sig = *:64:0:*:mss*20,*:mss,nop,ws:df:0
sig = *:64:0:*:mss*20,0:mss,nop,nop,sok:df:0
label = s:unix:Linux:2.6.39 to 3.10
from = Linux source: ten segments
sig = *:64:0:*:mss*10,*:mss,sok,ts,nop,ws:df:0
sig = *:64:0:*:mss*10,*:mss,nop,nop,ts,nop,ws:df:0
sig = *:64:0:*:mss*10,*:mss,nop,nop,sok,nop,ws:df:0
sig = *:64:0:*:mss*10,*:mss,nop,ws:df:0
sig = *:64:0:*:mss*10,0:mss,nop,nop,sok:df:0
label = s:unix:Linux:2.4 or 2.6
from = Linux source: four segments
sig = *:64:0:*:mss*4,*:mss,sok,ts,nop,ws:df:0
sig = *:64:0:*:mss*4,*:mss,nop,nop,ts,nop,ws:df:0
sig = *:64:0:*:mss*4,*:mss,nop,nop,sok,nop,ws:df:0
sig = *:64:0:*:mss*4,*:mss,nop,ws:df:0
sig = *:64:0:*:mss*4,0:mss,nop,nop,sok:df:0
label = g:unix:Linux:
from = Linux source, tcp_options_write(): the order of options
sig = *:64:0:*:*,*:mss,sok,ts,nop,ws:df:0
sig = *:64:0:*:*,*:mss,sok,ts:df:0
sig = *:64:0:*:*,*:mss,nop,nop,ts,nop,ws:df:0
sig = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws:df:0

label = s:win:Windows:10 or 11, Server 2016 or newer
from = public captures of Windows servers
sig = *:128:0:*:65535,8:mss,nop,ws,nop,nop,sok:df:0
sig = *:128:0:*:full,8:mss,nop,ws,nop,nop,sok:df:0
sig = *:128:0:*:65535,8:mss,nop,ws,sok,ts:df:0
sig = *:128:0:*:full,8:mss,nop,ws,sok,ts:df:0
label = s:win:Windows:Vista to 8.1, Server 2008 to 2012
from = public captures of Windows servers; p0f's database has the same
sig = *:128:0:*:8192,*:mss,nop,ws,nop,nop,sok:df:0
sig = *:128:0:*:8192,*:mss,nop,ws,sok,ts:df:0
sig = *:128:0:*:8192,0:mss,nop,nop,sok:df:0
label = g:win:Windows:
from = public captures: the order of options
sig = *:128:0:*:*,*:mss,nop,ws,nop,nop,sok:df:0
sig = *:128:0:*:*,*:mss,nop,ws,sok,ts:df:0
sig = *:128:0:*:*,*:mss,nop,ws:df:0
sig = *:128:0:*:*,0:mss,nop,nop,sok:df:0
sig = *:128:0:*:*,*:mss,nop,ws,nop,nop,ts,nop,nop,sok:df:0

label = g:unix:macOS or iOS:
from = public captures: the order of options
sig = *:64:0:*:65535,*:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0
label = g:unix:FreeBSD:
from = FreeBSD source, tcp_addoptions(): the order of options
sig = *:64:0:*:65535,*:mss,nop,ws,sok,ts:df:0
sig = *:64:0:*:65535,*:mss,nop,ws,sok,eol+1:df:0
label = g:unix:OpenBSD:
from = OpenBSD source: the order of options
sig = *:64:0:*:*,*:mss,nop,nop,sok,nop,ws,nop,nop,ts:df:0

; ==========================================================================
[tcp:shape]
; ==========================================================================
; What is left when a box on the way has changed the options: the order of
; those with a name, and the stack's own choice of TTL, window and scale,
; which such boxes keep.  Quirks that only a broken or forged SYN has still
; make it no match.

ttl = strict
ignore = df,id+,id-,ecn,flow,ts1-,ts2+,ack+,opt+,exws

; The order of one make alone.
label = g:unix:Linux:options changed on the way
from = Linux source: the order of options
sig = *:*:*:*:*,*:mss,sok,ts,ws::*
sig = *:64:*:*:*,0:mss,sok,ts::*
sig = *:64:*:*:*,*:mss,ts,ws::*
sig = 4:64:*:*:*,0:mss,ts::*
label = g:unix:macOS or iOS:options changed on the way
from = public captures: the order of options
sig = *:64:*:*:*,*:mss,ws,ts,sok::*

; Whatever the order: a TTL of 128 is a Windows.
label = g:win:Windows:options changed on the way
from = public captures of Windows from XP to 11: all start from 128
sig = 4:128:*:*:*,*:mss,ws,sok::*
sig = 4:128:*:*:*,*:mss,sok,ws::*
sig = 4:128:*:*:*,*:mss,ws::*
sig = 4:128:*:*:*,*:mss,ws,sok,ts::*
sig = 4:128:*:*:*,*:mss,sok,ws,ts::*
sig = 4:128:*:*:*,*:mss,ws,ts,sok::*
sig = 4:128:*:*:*,*:mss,ts,ws,sok::*
sig = 4:128:*:*:*,*:mss,ts,sok,ws::*
sig = 4:128:*:*:*,*:mss,ws,ts::*
sig = 4:128:*:*:*,0:mss,sok::*
label = g:win:Windows:over IPv6
from = as above; the hop limit is the router's
sig = 6:*:*:*:*,*:mss,ws,sok::*

; A TTL of 64 and an order that says nothing: window and scale tell.
label = g:unix:macOS or iOS:options rebuilt on the way
from = XNU's window (always 65535) and scale
sig = 4:64:*:*:65535,6:mss,ws,sok::*
sig = 4:64:*:*:65535,5:mss,ws,sok::*
sig = 4:64:*:*:65535,4:mss,ws,sok::*
sig = 4:64:*:*:65535,6:mss,ws,sok,ts::*
sig = 4:64:*:*:65535,5:mss,ws,sok,ts::*
sig = 4:64:*:*:65535,4:mss,ws,sok,ts::*
sig = 4:64:*:*:65535,6:mss,sok,ws,ts::*
sig = 4:64:*:*:65535,5:mss,sok,ws,ts::*
sig = 4:64:*:*:65535,4:mss,sok,ws,ts::*
sig = 4:64:*:*:65535,6:mss,ts,ws,sok::*
sig = 4:64:*:*:65535,5:mss,ts,ws,sok::*
sig = 4:64:*:*:65535,4:mss,ts,ws,sok::*
sig = 4:64:*:*:65535,6:mss,ts,sok,ws::*
sig = 4:64:*:*:65535,5:mss,ts,sok,ws::*
sig = 4:64:*:*:65535,4:mss,ts,sok,ws::*
sig = 4:64:*:*:65535,6:mss,ws::*
sig = 4:64:*:*:65535,5:mss,ws::*
sig = 4:64:*:*:65535,4:mss,ws::*
sig = 4:64:*:*:65535,6:mss,ws,ts::*
sig = 4:64:*:*:65535,5:mss,ws,ts::*
sig = 4:64:*:*:65535,4:mss,ws,ts::*
sig = 4:64:*:*:65535,0:mss,sok::*
label = g:unix:Linux:Android, options rebuilt on the way
from = Linux's window with large buffers, and its scale
sig = 4:64:*:*:65535,7:mss,ws,sok,ts::*
sig = 4:64:*:*:65535,8:mss,ws,sok,ts::*
sig = 4:64:*:*:65535,9:mss,ws,sok,ts::*
sig = 4:64:*:*:65535,10:mss,ws,sok,ts::*
sig = 4:64:*:*:65535,7:mss,sok,ws,ts::*
sig = 4:64:*:*:65535,8:mss,sok,ws,ts::*
sig = 4:64:*:*:65535,9:mss,sok,ws,ts::*
sig = 4:64:*:*:65535,10:mss,sok,ws,ts::*
sig = 4:64:*:*:65535,7:mss,ts,ws,sok::*
sig = 4:64:*:*:65535,8:mss,ts,ws,sok::*
sig = 4:64:*:*:65535,9:mss,ts,ws,sok::*
sig = 4:64:*:*:65535,10:mss,ts,ws,sok::*
sig = 4:64:*:*:65535,7:mss,ts,sok,ws::*
sig = 4:64:*:*:65535,8:mss,ts,sok,ws::*
sig = 4:64:*:*:65535,9:mss,ts,sok,ws::*
sig = 4:64:*:*:65535,10:mss,ts,sok,ws::*
sig = 4:64:*:*:65535,7:mss,ws::*
sig = 4:64:*:*:65535,8:mss,ws::*
sig = 4:64:*:*:65535,9:mss,ws::*
sig = 4:64:*:*:65535,10:mss,ws::*
sig = 4:64:*:*:65535,7:mss,ws,sok::*
sig = 4:64:*:*:65535,9:mss,ws,sok::*
sig = 4:64:*:*:65535,10:mss,ws,sok::*
label = g:unix:Linux:options rebuilt on the way
from = Linux's windows: whole segments that fill 65536, or twenty, ten, four
sig = 4:64:*:*:full,*:mss,ws,sok,ts::*
sig = 4:64:*:*:mss*20,*:mss,ws,sok,ts::*
sig = 4:64:*:*:mss*10,*:mss,ws,sok,ts::*
sig = 4:64:*:*:mss*4,*:mss,ws,sok,ts::*
sig = 4:64:*:*:full,*:mss,sok,ws,ts::*
sig = 4:64:*:*:mss*20,*:mss,sok,ws,ts::*
sig = 4:64:*:*:mss*10,*:mss,sok,ws,ts::*
sig = 4:64:*:*:mss*4,*:mss,sok,ws,ts::*
sig = 4:64:*:*:full,*:mss,ts,ws,sok::*
sig = 4:64:*:*:mss*20,*:mss,ts,ws,sok::*
sig = 4:64:*:*:mss*10,*:mss,ts,ws,sok::*
sig = 4:64:*:*:mss*4,*:mss,ts,ws,sok::*
sig = 4:64:*:*:full,*:mss,ts,sok,ws::*
sig = 4:64:*:*:mss*20,*:mss,ts,sok,ws::*
sig = 4:64:*:*:mss*10,*:mss,ts,sok,ws::*
sig = 4:64:*:*:mss*4,*:mss,ts,sok,ws::*
sig = 4:64:*:*:full,*:mss,ws::*
sig = 4:64:*:*:mss*20,*:mss,ws::*
sig = 4:64:*:*:mss*10,*:mss,ws::*
sig = 4:64:*:*:mss*4,*:mss,ws::*
sig = 4:64:*:*:full,7:mss,ws,sok::*
sig = 4:64:*:*:full,10:mss,ws,sok::*
sig = 4:64:*:*:mss*20,7:mss,ws,sok::*
sig = 4:64:*:*:mss*10,*:mss,ws,sok::*
sig = 4:64:*:*:mss*4,*:mss,ws,sok::*
sig = *:64:*:*:*,*:mss,sok,ws::*
sig = 4:64:*:*:*,0:mss,sok::*

; Windows with another TTL (people set 64 or 65 so that a phone's operator
; does not see that it shares its connection).
label = g:win:Windows:with another TTL
from = Windows's windows and scale in Windows's order
sig = 4:*:*:*:full,8:mss,ws,sok::*
sig = 4:*:*:*:8192,8:mss,ws,sok::*
sig = 4:*:*:*:8192,2:mss,ws,sok::*
; These two cannot be told apart.
sig = 4:64:*:*:65535,8:mss,ws,sok::*
label = g:unix:Linux:Android, options rebuilt on the way
from = Linux's window with large buffers, and its scale, in Windows's order
sig = 4:64:*:*:65535,8:mss,ws,sok::*
