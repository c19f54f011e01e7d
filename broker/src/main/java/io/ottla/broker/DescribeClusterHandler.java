package io.ottla.broker;

import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DescribeClusterRequestData;
import io.ottla.kafkamessages.DescribeClusterResponseData;
import io.ottla.kafkamessages.DescribeClusterResponseData.DescribeClusterBroker;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeCluster 0–2: the brokers of the cluster (KIP-700).
 *
 * <ul>
 *   <li>1: brokers or controllers (KIP-919); controllers have no listeners of their own here
 *   <li>2: fenced brokers, too (KIP-1073); a broker is alive or not here
 * </ul>
 */
final class DescribeClusterHandler implements RequestHandler<DescribeClusterRequestData, DescribeClusterResponseData> {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final ClusterFollower follower;

    DescribeClusterHandler(ClusterFollower follower) {
        this.follower = follower;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.DESCRIBE_CLUSTER;
    }

    @Override
    public List<Need> needs(DescribeClusterRequestData body) {
        return List.of();
    }

    @Override
    public void handle(Request<DescribeClusterRequestData> request, Reply<DescribeClusterResponseData> reply) {
        byte wanted = request.body().endpointType();
        DescribeClusterResponseData response = new DescribeClusterResponseData().setEndpointType(BROKERS);
        if (wanted == CONTROLLERS) {
            reply.send(response.setErrorCode(Errors.MISMATCHED_ENDPOINT_TYPE.code())
                    .setErrorMessage("The request was sent to an endpoint of type BROKER, but we wanted an endpoint of"
                            + " type CONTROLLER"));
            return;
        }
        if (wanted != BROKERS) {
            reply.send(response.setErrorCode(Errors.UNSUPPORTED_ENDPOINT_TYPE.code())
                    .setErrorMessage("Unsupported endpoint type " + wanted));
            return;
        }
        ClusterImage image = follower.image();
        response.setClusterId(image.clusterId().orElse("")).setControllerId(image.controllerId());
        image.brokers()
                .forEach((id, broker) -> broker.endpoint(request.client().listener())
                        .ifPresent(endpoint -> response.brokers()
                                .add(new DescribeClusterBroker()
                                        .setBrokerId(id)
                                        .setHost(endpoint.host())
                                        .setPort(endpoint.port())
                                        .setRack(broker.rack().orElse(null)))));
        if (request.body().includeClusterAuthorizedOperations())
            response.setClusterAuthorizedOperations(AuthorizedOperations.ALL_ON_CLUSTER);
        reply.send(response);
    }
}
