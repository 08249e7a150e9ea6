; Signatures for the golden tests of zfw-fp: few, and always the same.
classes = win,unix,other

[mtu]
label = Ethernet (10)
sig = 1500

[tcp:request]
label = s:unix:Linux:5.x
sig = *:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0

label = s:win:Windows:7
sig = *:128:0:*:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0

label = s:unix:ReactOS:
sig = *:128:0:*:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0

label = g:win:Windows:NT kernel
sig = *:128:0:*:*,*:mss,nop,ws,nop,nop,sok:df,id+:0

label = s:!:NMap:SYN scan
sys = @unix,@win
sig = *:64-:0:1460:1024,0:mss:df,id-:0
sig = *:64-:0:1460:1024,0:mss:df:0

[tcp:response]
label = s:unix:Linux:5.x
sig = *:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df:0
