# SPDX-License-Identifier: GPL-3.0-or-later
# Several machines behind one address without any wanted mail, such as a block
# of flats: nobody is spared for that.
session from 198.51.100.3 stack linux helo PC-1
session from 198.51.100.3 stack win10 helo PC-2 early unknown 4
expect fact 198.51.100.3 stack-many
expect block 198.51.100.3
expect shared_spared 0
