import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.DatasetFactory;
import org.apache.jena.query.Query;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.ReadWrite;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.rdf.model.ModelFactory;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.shacl.ShaclValidator;
import org.apache.jena.shacl.Shapes;
import org.apache.jena.shacl.ValidationReport;
import org.apache.jena.sparql.core.DatasetDescription;
import org.apache.jena.sparql.core.DynamicDatasets;
import org.apache.jena.update.UpdateAction;

/**
 * Apache Jena's ARQ behind the SPARQL 1.1 Protocol (/sparql, /update) and the Graph Store Protocol
 * (/store), on the loopback address, in memory: Debian has the library and not the server. /validate
 * counts the results of SHACL over all named graphs, by the shapes in Turtle that are posted there.
 *
 * <p>Prints its port when it is ready, and ends when its standard input does.
 */
public final class Jena {
  private static final Dataset DATA = DatasetFactory.createTxnMem();

  /** The route's work: what to answer, or null if there is nothing of that name. */
  private interface Work {
    byte[] on(HttpExchange exchange, Map<String, List<String>> given) throws IOException;
  }

  public static void main(String[] arguments) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    serve(server, "/sparql", ReadWrite.READ, Jena::query);
    serve(server, "/update", ReadWrite.WRITE, Jena::update);
    serve(server, "/store", ReadWrite.WRITE, Jena::store);
    serve(server, "/validate", ReadWrite.READ, Jena::validate);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    System.out.println(server.getAddress().getPort());
    while (System.in.read() >= 0) {}
    System.exit(0);
  }

  private static void serve(HttpServer server, String path, ReadWrite mode, Work work) {
    server.createContext(
        path,
        exchange -> {
          int status = 200;
          byte[] body;
          DATA.begin(mode);
          try {
            Map<String, List<String>> given = new HashMap<>();
            read(exchange.getRequestURI().getRawQuery(), given);
            if (!path.equals("/store") && !path.equals("/validate")) {
              read(new String(exchange.getRequestBody().readAllBytes()), given);
            }
            body = work.on(exchange, given);
            if (body == null) {
              status = 404;
              body = new byte[0];
            }
            DATA.commit();
          } catch (RuntimeException error) {
            DATA.abort();
            status = 400;
            body = String.valueOf(error.getMessage()).getBytes(StandardCharsets.UTF_8);
          } finally {
            DATA.end();
          }
          exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
  }

  private static byte[] query(HttpExchange exchange, Map<String, List<String>> given) {
    Query query = QueryFactory.create(given.get("query").get(0));
    DatasetDescription chosen =
        DatasetDescription.create(
            given.getOrDefault("default-graph-uri", List.of()),
            given.getOrDefault("named-graph-uri", List.of()));
    Dataset data =
        chosen.isEmpty() ? DATA : DynamicDatasets.dynamicDataset(chosen, DATA, false);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (QueryExecution execution = QueryExecutionFactory.create(query, data)) {
      if (query.isConstructType()) {
        RDFDataMgr.write(out, execution.execConstruct(), Lang.NTRIPLES);
        type(exchange, "application/n-triples");
      } else if (query.isAskType()) {
        ResultSetFormatter.outputAsJSON(out, execution.execAsk());
        type(exchange, "application/sparql-results+json");
      } else {
        ResultSetFormatter.outputAsJSON(out, execution.execSelect());
        type(exchange, "application/sparql-results+json");
      }
    }
    return out.toByteArray();
  }

  private static byte[] update(HttpExchange exchange, Map<String, List<String>> given) {
    UpdateAction.parseExecute(given.get("update").get(0), DATA);
    return new byte[0];
  }

  private static byte[] store(HttpExchange exchange, Map<String, List<String>> given)
      throws IOException {
    String graph = given.get("graph").get(0);
    String method = exchange.getRequestMethod();
    if (method.equals("GET")) {
      if (!DATA.containsNamedModel(graph)) {
        return null;
      }
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      RDFDataMgr.write(out, DATA.getNamedModel(graph), Lang.NTRIPLES);
      type(exchange, "application/n-triples");
      return out.toByteArray();
    }
    Model model = DATA.getNamedModel(graph);
    if (method.equals("PUT")) {
      model.removeAll();
    } else if (!method.equals("POST")) {
      throw new IllegalArgumentException(method);
    }
    RDFDataMgr.read(model, exchange.getRequestBody(), Lang.TURTLE);
    return new byte[0];
  }

  private static byte[] validate(HttpExchange exchange, Map<String, List<String>> given) {
    Model shapes = ModelFactory.createDefaultModel();
    RDFDataMgr.read(shapes, exchange.getRequestBody(), Lang.TURTLE);
    ValidationReport report =
        ShaclValidator.get()
            .validate(Shapes.parse(shapes.getGraph()), DATA.getUnionModel().getGraph());
    type(exchange, "text/plain");
    return String.valueOf(report.getEntries().size()).getBytes(StandardCharsets.UTF_8);
  }

  private static void type(HttpExchange exchange, String type) {
    exchange.getResponseHeaders().set("Content-Type", type);
  }

  private static void read(String form, Map<String, List<String>> given) {
    for (String pair : form == null || form.isEmpty() ? new String[0] : form.split("&")) {
      String[] parts = pair.split("=", 2);
      given
          .computeIfAbsent(parts[0], name -> new ArrayList<>())
          .add(URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
  }
}
