import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.analysis.IBundleCoverage;
import org.jacoco.core.analysis.IClassCoverage;
import org.jacoco.core.data.ExecutionData;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.tools.ExecFileLoader;

/**
 * Turns JaCoCo's exec files into coverage.json.
 *
 * JaCoCo's own report analyses every class of the service and takes seconds.
 * What a class has does not change between experiments, so "index" counts it once, at setup;
 * "report" analyses only classes that ran, as only those can have covered lines.
 * The figures equal those of the whole report.
 */
public final class Coverage {
    private Coverage() {
    }

    public static void main(final String[] args) throws IOException {
        if (args.length >= 4 && args[0].equals("index")) {
            index(args);
        } else if (args.length == 5 && args[0].equals("report")) {
            report(Path.of(args[1]), Path.of(args[2]), Path.of(args[3]), Path.of(args[4]));
        } else {
            System.err.println("usage: Coverage index FOLDER PREFIX JAR...");
            System.err.println("       Coverage report FOLDER IDLE.exec FINAL.exec OUT.json");
            System.exit(2);
        }
    }

    /** Copies the classes below the prefix into FOLDER/classes.zip, not compressed, and counts their lines and branches. */
    private static void index(final String[] args) throws IOException {
        final Path folder = Path.of(args[1]);
        final CoverageBuilder builder = new CoverageBuilder();
        final Analyzer analyzer = new Analyzer(new ExecutionDataStore(), builder);
        try (OutputStream out = Files.newOutputStream(folder.resolve("classes.zip"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 3; i < args.length; i++) {
                try (ZipFile jar = new ZipFile(args[i])) {
                    copyClasses(jar, args[2], zip, analyzer);
                }
            }
        }
        final IBundleCoverage bundle = builder.getBundle("all");
        final Properties totals = new Properties();
        totals.setProperty("lines", String.valueOf(bundle.getLineCounter().getTotalCount()));
        totals.setProperty("branches", String.valueOf(bundle.getBranchCounter().getTotalCount()));
        try (OutputStream out = Files.newOutputStream(folder.resolve("totals.properties"))) {
            totals.store(out, null);
        }
    }

    private static void copyClasses(final ZipFile jar, final String prefix, final ZipOutputStream zip,
            final Analyzer analyzer) throws IOException {
        final Enumeration<? extends ZipEntry> entries = jar.entries();
        while (entries.hasMoreElements()) {
            final ZipEntry entry = entries.nextElement();
            final String name = entry.getName();
            if (!name.startsWith(prefix) || !name.endsWith(".class")) {
                continue;
            }
            final byte[] bytes = read(jar, entry);
            analyzer.analyzeClass(bytes, jar.getName() + "!" + name);
            final CRC32 crc = new CRC32();
            crc.update(bytes);
            final ZipEntry copy = new ZipEntry(name);
            copy.setMethod(ZipEntry.STORED);
            copy.setSize(bytes.length);
            copy.setCrc(crc.getValue());
            zip.putNextEntry(copy);
            zip.write(bytes);
            zip.closeEntry();
        }
    }

    private static void report(final Path folder, final Path idle, final Path end, final Path out) throws IOException {
        final Properties totals = new Properties();
        try (InputStream in = Files.newInputStream(folder.resolve("totals.properties"))) {
            totals.load(in);
        }
        final Map<String, Analysed> known = new HashMap<>();
        try (ZipFile classes = new ZipFile(folder.resolve("classes.zip").toFile())) {
            Files.writeString(out, "{\"format\":1,\"kind\":\"jacoco\""
                    + ",\"idle\":" + snapshot(idle, classes, totals, known)
                    + ",\"final\":" + snapshot(end, classes, totals, known) + "}\n");
        }
    }

    /** A class as the last snapshot saw it: most of a service is the same in the next one. */
    private static final class Analysed {
        private boolean[] probes;
        private IClassCoverage coverage;
    }

    private static String snapshot(final Path exec, final ZipFile classes, final Properties totals,
            final Map<String, Analysed> known) throws IOException {
        final ExecFileLoader loader = new ExecFileLoader();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(exec))) {
            loader.load(in);
        }
        final CoverageBuilder builder = new CoverageBuilder();
        for (final ExecutionData data : loader.getExecutionDataStore().getContents()) {
            final ZipEntry entry = classes.getEntry(data.getName() + ".class");
            // Classes that the service makes while it runs have no file, and no lines to cover.
            if (entry == null) {
                continue;
            }
            final Analysed analysed = known.computeIfAbsent(data.getName(), name -> new Analysed());
            if (!Arrays.equals(analysed.probes, data.getProbes())) {
                analysed.coverage = null;
                analysed.probes = data.getProbes();
                new Analyzer(loader.getExecutionDataStore(), coverage -> analysed.coverage = coverage)
                        .analyzeClass(read(classes, entry), data.getName());
            }
            // A class without lines has no coverage at all.
            if (analysed.coverage != null) {
                builder.visitCoverage(analysed.coverage);
            }
        }
        if (!builder.getNoMatchClasses().isEmpty()) {
            throw new IOException(exec + " was measured on other classes than " + classes.getName()
                    + ": " + builder.getNoMatchClasses());
        }
        final IBundleCoverage bundle = builder.getBundle("ran");
        return "{\"lines_covered\":" + bundle.getLineCounter().getCoveredCount()
                + ",\"lines_total\":" + totals.getProperty("lines")
                + ",\"branches_covered\":" + bundle.getBranchCounter().getCoveredCount()
                + ",\"branches_total\":" + totals.getProperty("branches") + "}";
    }

    private static byte[] read(final ZipFile zip, final ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readAllBytes();
        }
    }
}
