# Prints the CRC-32C (Castagnoli) of standard input as a decimal number, as Secret Manager has it.
# For values of a few kilobytes; it is slow.
use strict;
use warnings;

my @table;
for my $index (0 .. 255) {
    my $crc = $index;
    $crc = $crc & 1 ? ($crc >> 1) ^ 0x82f63b78 : $crc >> 1 for 1 .. 8;
    push @table, $crc;
}
binmode STDIN;
my $bytes = do { local $/; <STDIN> };
my $crc = 0xffffffff;
$crc = $table[($crc ^ ord) & 0xff] ^ ($crc >> 8) for split //, defined $bytes ? $bytes : '';
print $crc ^ 0xffffffff, "\n";
