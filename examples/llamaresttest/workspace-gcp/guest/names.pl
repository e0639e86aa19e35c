# Reads file names, each ended by a NUL, from standard input, and writes them again.
# A name that is no UTF-8, or holds control characters, is changed on disk first (such bytes become %XX),
# because the file list is JSON and because no reader of an archive should have to fear its names.
use strict;
use warnings;

local $/ = "\0";
while (defined(my $path = <STDIN>)) {
    chomp $path;
    my $text = $path;
    if (!utf8::decode($text) || $path =~ /[\x00-\x1f\x7f]/) {
        (my $good = $path) =~ s/([^\x20-\x24\x26-\x7e])/sprintf '%%%02X', ord $1/ge;
        (my $folder = $good) =~ s{/?[^/]*$}{};
        my $so_far = '';
        for my $part (split m{/}, $folder) {
            $so_far .= length $so_far ? "/$part" : $part;
            mkdir $so_far;    # it may exist: rename tells if it does not
        }
        rename $path, $good or die "cannot rename a file of the results to $good: $!\n";
        $path = $good;
    }
    print "$path\0";
}
