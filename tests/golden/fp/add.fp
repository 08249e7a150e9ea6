; Read before test.fp, this one is preferred.
classes = win

[tcp:request]
label = s:win:Windows:of our own
sig = 6:128:0:1440:65280,8:mss,nop,ws,nop,nop,sok::0
