# Turns the output of `sha256sum -z` (hash, two characters, path, NUL) into the file list of an archive.
# Run it in the folder that the paths are relative to.
use strict;
use warnings;

my %escape = ('"' => '\\"', '\\' => '\\\\');
local $/ = "\0";
print '{"format":1,"files":{';
my $comma = '';
while (defined(my $line = <STDIN>)) {
    chomp $line;
    my ($sha256, $path) = $line =~ /^([0-9a-f]{64})..(.*)$/s or die "not a line of sha256sum: $line\n";
    my $size = (stat $path)[7];
    die "cannot stat $path: $!\n" if !defined $size;
    $path =~ s/(["\\])/$escape{$1}/g;
    print qq($comma"$path":{"size":$size,"sha256":"$sha256"});
    $comma = ",\n";
}
print "}}\n";
