# Copies standard input to the end of a file, up to a number of bytes, and drops the rest with a note.
# usage: perl cap.pl FILE BYTES [ROLE]
# It goes on reading whatever happens, also when the disk is full, so that no script waits for its log.
# With a role, it says `logged ROLE` on file descriptor 3 when everything has been written.
use strict;
use warnings;

my ($path, $left, $role) = @ARGV;
$SIG{$_} = 'IGNORE' for qw(INT TERM HUP);
open my $log, '>>', $path or die "cannot append to $path: $!\n";
my $open = 1;
while (1) {
    my $got = sysread STDIN, my $bytes, 65536;
    next if !defined $got && $!{EINTR};
    last if !$got;
    # A script that writes a line now and then would wake us for each: gather them, the pipe holds 64 KiB.
    select undef, undef, undef, 0.05 if $got < 4096;
    next if !$open;
    my $keep = $got < $left ? $got : $left;
    my $done = 0;
    while ($done < $keep) {
        my $put = syswrite $log, $bytes, $keep - $done, $done;
        next if !defined $put && $!{EINTR};
        if (!defined $put) { $open = 0; last }    # a full disk: the guest's own check tells
        $done += $put;
    }
    $left -= $done;
    if ($open && $keep < $got) {
        syswrite $log, "\n[the rest was dropped: this log has reached its limit]\n";
        $open = 0;
    }
}
if (defined $role) {
    open my $events, '>&=', 3 or die "file descriptor 3 is not open: $!\n";
    syswrite $events, "logged $role\n";
}
