import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One node on loopback: OpenSearch DIRECTORY HTTP-PORT TRANSPORT-PORT. */
public class OpenSearch {
    public static void main(String[] args) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", args[1]);
            settings.put("transport.port", args[2]);
            settings.put("discovery.type", "single-node");
        }).build(OpenSearchRunner.newConfigs().basePath(args[0]).numOfNode(1));
        runner.ensureYellow();
        Thread.currentThread().join();
    }
}
