import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.packets.disconnect.DisconnectReasonCode;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * HiveMQ CE that lets everybody in, refuses publications to one topic, and closes the connection on
 * those to another one. Stops on SIGTERM.
 *
 * <p>Arguments: the folder of config.xml, the folder of its data, the two topics.
 */
public final class Broker {
  /** Who may connect and publish. */
  private record Doorkeeper(String denied, String poison) implements ExtensionMain {
    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      final SimpleAuthenticator everybody = (who, answer) -> answer.authenticateSuccessfully();
      final PublishAuthorizer judge =
          (publication, answer) -> {
            final String topic = publication.getPublishPacket().getTopic();
            if (topic.equals(denied)) {
              answer.failAuthorization(AckReasonCode.NOT_AUTHORIZED, "this topic is not for you");
            } else if (topic.equals(poison)) {
              answer.disconnectClient(DisconnectReasonCode.NOT_AUTHORIZED, "go away");
            } else {
              answer.authorizeSuccessfully();
            }
          };
      Services.securityRegistry().setAuthenticatorProvider(connection -> everybody);
      Services.securityRegistry().setAuthorizerProvider(connection -> judge);
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
  }

  public static void main(String[] arguments) throws Exception {
    final EmbeddedExtension extension =
        EmbeddedExtension.builder()
            .withId("doorkeeper")
            .withName("doorkeeper")
            .withVersion("1")
            .withExtensionMain(new Doorkeeper(arguments[2], arguments[3]))
            .build();
    final EmbeddedHiveMQ broker =
        EmbeddedHiveMQ.builder()
            .withConfigurationFolder(Path.of(arguments[0]))
            .withDataFolder(Path.of(arguments[1]))
            .withEmbeddedExtension(extension)
            .build();
    final CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  broker.stop().join();
                  stopped.countDown();
                }));
    broker.start().join();
    System.out.println("broker is running");
    stopped.await();
  }

  private Broker() {}
}
