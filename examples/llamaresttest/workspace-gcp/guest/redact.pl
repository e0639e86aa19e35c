# Replaces secret values in files by asterisks, byte by byte, so that a file keeps its length and structure.
# usage: find … -print0 | perl redact.pl SECRET_FILE…
# It finds a value as it is, URL-encoded (also twice), JSON-escaped, HTML-escaped, quoted for a shell, any mixture
# of these, and in base64. Compressed files it can't look into: a harness must not compress what it collects.
# It works in place and needs no room on the disk; it holds a few MiB in memory, whatever the size of a file.
use strict;
use warnings;
use Fcntl qw(O_RDWR O_NOFOLLOW SEEK_SET);

my $CHUNK = 4 << 20;

# A value's characters, each with all its spellings, make one pattern.
sub pattern_of {
    my ($value) = @_;
    my $text = $value;
    my @characters = utf8::decode($text) ? split(//, $text) : split(//, $value);
    return join '', map { spellings($_) } @characters;
}

sub spellings {
    my ($character) = @_;
    # Nobody encodes these, and a pattern that begins with a plain letter is found ten times as fast.
    return $character if $character =~ /^[A-Za-z0-9]$/;
    my $bytes = $character;
    utf8::encode($bytes) if ord $character > 0x7f;
    my $percent = join '', map { '%(?:25)?' . hex_digits('%02x', ord) } split //, $bytes;
    my @spellings = (quotemeta $bytes, $percent, unicode_escape(ord $character));
    # A backslash before a sign is how JSON, shells and languages quote it; several, when quoted again.
    unshift @spellings, '\\\\+' . quotemeta $bytes if length $bytes == 1;
    push @spellings, '\\+' if $character eq ' ';
    my %letter = ("\n" => 'n', "\t" => 't', "\r" => 'r');
    push @spellings, '\\\\+' . $letter{$character} if $letter{$character};
    my %name = ('&' => 'amp', '<' => 'lt', '>' => 'gt', '"' => 'quot', "'" => 'apos');
    push @spellings, "&$name{$character};" if $name{$character};
    push @spellings, sprintf('&#0?%d;', ord $character), '&#x' . hex_digits('%x', ord $character) . ';';
    return '(?:' . join('|', @spellings) . ')';
}

sub unicode_escape {
    my ($code) = @_;
    my @units = $code > 0xffff ? (0xd800 + (($code - 0x10000) >> 10), 0xdc00 + (($code - 0x10000) & 0x3ff)) : ($code);
    return join '', map { '\\\\+u' . hex_digits('%04x', $_) } @units;
}

# Digits that may be written in either case.
sub hex_digits {
    my ($format, $number) = @_;
    return join '', map { /[a-f]/ ? "[$_\U$_]" : $_ } split //, sprintf $format, $number;
}

# What base64 makes of a value depends on where it begins in a group of three; ends shared with neighbours are left out.
sub base64_patterns {
    my ($value) = @_;
    return () if length $value < 8;
    my @patterns;
    for my $shift (0 .. 2) {
        my $encoded = join '', map { base64_group($_) } ("\0" x $shift . $value) =~ /.{1,3}/gs;
        my $stable = substr $encoded, int(($shift * 8 + 5) / 6);
        $stable = substr $stable, 0, int((length($value) * 8 - (($shift * 8) % 6 ? 6 - ($shift * 8) % 6 : 0)) / 6);
        (my $pattern = quotemeta $stable) =~ s/\\\+/[-+]/g;
        $pattern =~ s{\\/}{[/_]}g;
        push @patterns, $pattern;
    }
    return @patterns;
}

sub base64_group {
    my ($bytes) = @_;
    my @signs = ('A' .. 'Z', 'a' .. 'z', 0 .. 9, '+', '/');
    my $bits = unpack 'B*', $bytes;
    $bits .= '0' while length($bits) % 6;
    return join '', map { $signs[oct "0b$_"] } $bits =~ /.{6}/g;
}

sub redact {
    my ($path, $patterns, $overlap) = @_;
    my ($buffer, $at) = ('', 0);
    sysopen my $file, $path, O_RDWR | O_NOFOLLOW or die "cannot open a file of the results: $path: $!\n";
    while (1) {
        my $got = sysread $file, $buffer, $CHUNK, length $buffer;
        die "cannot read $path: $!\n" if !defined $got;
        for my $pattern (@$patterns) {
            while ($buffer =~ /$pattern/g) {
                my ($from, $length) = ($-[0], $+[0] - $-[0]);
                overwrite($file, $at + $from, $length) or die "cannot write $path: $!\n";
                substr $buffer, $from, $length, '*' x $length;
                pos $buffer = $from + $length;
            }
        }
        last if !$got;
        # A value may lie across two chunks, so the end of this one is looked at again.
        my $keep = length $buffer < $overlap ? length $buffer : $overlap;
        $at += length($buffer) - $keep;
        $buffer = substr $buffer, length($buffer) - $keep;
        sysseek $file, $at + $keep, SEEK_SET or die "cannot seek in $path: $!\n";
    }
    close $file or die "cannot close $path: $!\n";
}

sub overwrite {
    my ($file, $at, $length) = @_;
    sysseek $file, $at, SEEK_SET or return 0;
    my $put = syswrite $file, '*' x $length;
    return defined $put && $put == $length;
}

my (@patterns, $longest);
for my $secret (@ARGV) {
    open my $file, '<:raw', $secret or die "cannot open $secret: $!\n";
    my $value = do { local $/; <$file> };
    next if !length $value;
    push @patterns, map { qr/$_/ } pattern_of($value), base64_patterns($value);
    $longest = length $value if !$longest || length $value > $longest;
}
exit 0 if !@patterns;
local $/ = "\0";
while (defined(my $path = <STDIN>)) {
    chomp $path;
    # Sixteen bytes are more than the longest spelling of a byte that is expected.
    redact($path, \@patterns, $longest * 16);
}
