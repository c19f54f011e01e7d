package io.ottla.zookeeperprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.proto.AddWatchRequest;
import org.apache.zookeeper.proto.AuthPacket;
import org.apache.zookeeper.proto.CheckVersionRequest;
import org.apache.zookeeper.proto.CheckWatchesRequest;
import org.apache.zookeeper.proto.Create2Response;
import org.apache.zookeeper.proto.CreateRequest;
import org.apache.zookeeper.proto.CreateResponse;
import org.apache.zookeeper.proto.CreateTTLRequest;
import org.apache.zookeeper.proto.DeleteRequest;
import org.apache.zookeeper.proto.ErrorResponse;
import org.apache.zookeeper.proto.ExistsRequest;
import org.apache.zookeeper.proto.ExistsResponse;
import org.apache.zookeeper.proto.GetACLRequest;
import org.apache.zookeeper.proto.GetACLResponse;
import org.apache.zookeeper.proto.GetAllChildrenNumberRequest;
import org.apache.zookeeper.proto.GetAllChildrenNumberResponse;
import org.apache.zookeeper.proto.GetChildren2Request;
import org.apache.zookeeper.proto.GetChildren2Response;
import org.apache.zookeeper.proto.GetChildrenRequest;
import org.apache.zookeeper.proto.GetChildrenResponse;
import org.apache.zookeeper.proto.GetDataRequest;
import org.apache.zookeeper.proto.GetDataResponse;
import org.apache.zookeeper.proto.GetEphemeralsRequest;
import org.apache.zookeeper.proto.GetSASLRequest;
import org.apache.zookeeper.proto.MultiHeader;
import org.apache.zookeeper.proto.ReconfigRequest;
import org.apache.zookeeper.proto.RemoveWatchesRequest;
import org.apache.zookeeper.proto.SetACLRequest;
import org.apache.zookeeper.proto.SetDataRequest;
import org.apache.zookeeper.proto.SetDataResponse;
import org.apache.zookeeper.proto.SetSASLResponse;
import org.apache.zookeeper.proto.SetWatches;
import org.apache.zookeeper.proto.SetWatches2;
import org.apache.zookeeper.proto.SyncRequest;
import org.apache.zookeeper.proto.WhoAmIResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What clients send and get, byte for byte as the original's records have it. */
class ClientPacketTest {
    private static final int LENGTH_MAX = 1 << 20;
    private static final byte[] DATA = {1, 2, 3};
    private static final List<ACL> ACLS =
            List.of(new ACL(31, new Id("world", "anyone")), new ACL(1, new Id("ip", "::1")));
    private static final List<Acl> OURS = List.of(Acl.OPEN.getFirst(), new Acl(1, "ip", "::1"));
    private static final Stat STAT = new Stat(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    private static final org.apache.zookeeper.data.Stat THEIRS =
            new org.apache.zookeeper.data.Stat(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);

    record RequestRow(ClientRequest request, byte[] original) {
        RequestRow(ClientRequest request, Record... original) throws IOException {
            this(request, bytes(original));
        }
    }

    static Stream<RequestRow> requests() throws IOException {
        return Stream.of(
                new RequestRow(
                        new ClientRequest.Create(OpCode.CREATE, "/ä", DATA, OURS, 1, -1),
                        new CreateRequest("/ä", DATA, ACLS, 1)),
                new RequestRow(
                        new ClientRequest.Create(OpCode.CREATE2, "/a", null, OURS, 0, -1),
                        new CreateRequest("/a", null, ACLS, 0)),
                new RequestRow(
                        new ClientRequest.Create(OpCode.CREATE_CONTAINER, "/a", DATA, OURS, 4, -1),
                        new CreateRequest("/a", DATA, ACLS, 4)),
                new RequestRow(
                        new ClientRequest.Create(OpCode.CREATE_TTL, "/a", DATA, OURS, 5, 77),
                        new CreateTTLRequest("/a", DATA, ACLS, 5, 77)),
                new RequestRow(new ClientRequest.Delete("/a", -1), new DeleteRequest("/a", -1)),
                new RequestRow(
                        new ClientRequest.SetData("/a", new byte[0], 3), new SetDataRequest("/a", new byte[0], 3)),
                new RequestRow(new ClientRequest.SetAcl("/a", OURS, 3), new SetACLRequest("/a", ACLS, 3)),
                new RequestRow(new ClientRequest.Exists("/a", true), new ExistsRequest("/a", true)),
                new RequestRow(new ClientRequest.GetData("/a", false), new GetDataRequest("/a", false)),
                new RequestRow(new ClientRequest.GetAcl("/a"), new GetACLRequest("/a")),
                new RequestRow(
                        new ClientRequest.GetChildren(OpCode.GET_CHILDREN, "/a", true),
                        new GetChildrenRequest("/a", true)),
                new RequestRow(
                        new ClientRequest.GetChildren(OpCode.GET_CHILDREN2, "/a", true),
                        new GetChildren2Request("/a", true)),
                new RequestRow(new ClientRequest.GetEphemerals("/p"), new GetEphemeralsRequest("/p")),
                new RequestRow(new ClientRequest.GetAllChildrenNumber("/p"), new GetAllChildrenNumberRequest("/p")),
                new RequestRow(new ClientRequest.Sync("/p"), new SyncRequest("/p")),
                new RequestRow(new ClientRequest.CheckWatches("/p", 3), new CheckWatchesRequest("/p", 3)),
                new RequestRow(new ClientRequest.RemoveWatches("/p", 2), new RemoveWatchesRequest("/p", 2)),
                new RequestRow(new ClientRequest.AddWatch("/p", 1), new AddWatchRequest("/p", 1)),
                new RequestRow(
                        new ClientRequest.SetWatches(
                                OpCode.SET_WATCHES,
                                9,
                                List.of("/d"),
                                List.of(),
                                List.of("/c", "/e"),
                                List.of(),
                                List.of()),
                        new SetWatches(9, List.of("/d"), List.of(), List.of("/c", "/e"))),
                new RequestRow(
                        new ClientRequest.SetWatches(
                                OpCode.SET_WATCHES2,
                                9,
                                List.of("/d"),
                                List.of("/x"),
                                List.of(),
                                List.of("/p"),
                                List.of("/r")),
                        new SetWatches2(9, List.of("/d"), List.of("/x"), List.of(), List.of("/p"), List.of("/r"))),
                new RequestRow(new ClientRequest.Auth("digest", DATA), new AuthPacket(0, "digest", DATA)),
                new RequestRow(new ClientRequest.Sasl(DATA), new GetSASLRequest(DATA)),
                new RequestRow(new ClientRequest.Reconfig("a", "b", "c", 7), new ReconfigRequest("a", "b", "c", 7)),
                new RequestRow(new ClientRequest.Ping(), new Record[0]),
                new RequestRow(new ClientRequest.CloseSession(), new Record[0]),
                new RequestRow(new ClientRequest.WhoAmI(), new Record[0]),
                new RequestRow(
                        new ClientRequest.Multi(List.of(
                                new ClientRequest.Create(OpCode.CREATE2, "/a", DATA, OURS, 2, -1),
                                new ClientRequest.Create(OpCode.CREATE_TTL, "/t", DATA, OURS, 6, 8),
                                new ClientRequest.Check("/a", 1),
                                new ClientRequest.SetData("/a", null, 1),
                                new ClientRequest.Delete("/a", 2))),
                        new MultiHeader(15, false, -1),
                        new CreateRequest("/a", DATA, ACLS, 2),
                        new MultiHeader(21, false, -1),
                        new CreateTTLRequest("/t", DATA, ACLS, 6, 8),
                        new MultiHeader(13, false, -1),
                        new CheckVersionRequest("/a", 1),
                        new MultiHeader(5, false, -1),
                        new SetDataRequest("/a", null, 1),
                        new MultiHeader(2, false, -1),
                        new DeleteRequest("/a", 2),
                        new MultiHeader(-1, true, -1)),
                new RequestRow(
                        new ClientRequest.MultiRead(List.of(
                                new ClientRequest.GetData("/a", false),
                                new ClientRequest.GetChildren(OpCode.GET_CHILDREN, "/b", false))),
                        new MultiHeader(4, false, -1),
                        new GetDataRequest("/a", false),
                        new MultiHeader(8, false, -1),
                        new GetChildrenRequest("/b", false),
                        new MultiHeader(-1, true, -1)));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void requestsAreTheOriginals(RequestRow row) throws IOException {
        BufferOutputArchive out = new BufferOutputArchive(16);
        ClientRequestCodec.write(row.request, out);
        assertThat(out.toByteArray()).isEqualTo(row.original);
        ClientRequest read = ClientRequestCodec.read(row.request.type(), archive(row.original));
        assertThat(read).usingRecursiveComparison().isEqualTo(row.request);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void aRequestCutShortIsRefused(RequestRow row) {
        for (int size = 0; size < row.original.length; size++) {
            byte[] cut = java.util.Arrays.copyOf(row.original, size);
            assertThatThrownBy(() -> ClientRequestCodec.read(row.request.type(), archive(cut)))
                    .as("%d of %d bytes", size, row.original.length)
                    .isInstanceOf(IOException.class);
        }
    }

    /** What may not be: hexadecimal, then what is said about it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            4   | 7fffffff                                      | unreasonable length
            4   | fffffffe                                      | unreasonable length
            4   | ffffffff00                                    | a path is absent
            4   | 00000002 2f                                   | ends after
            1   | 00000002 2f61 ffffffff 7fffffff               | no room
            101 | 0000000000000000 20000000                     | no room
            101 | 0000000000000000 00000001 ffffffff            | a path is absent
            14  | 00000004 00 ffffffff                          | type 4
            14  | 00000014 00 ffffffff 00000002 2f61 00000000   | type 20
            14  | 00000001 00 ffffffff 00000002 2f61 ffffffff 00000000 00000009 | flag 9
            14  | 00000001 00 ffffffff 00000002 2f61 ffffffff 00000000 00000005 | createTTL
            22  | 00000001 00 ffffffff 00000002 2f61 00         | type 1
            """)
    void whatIsNoRequest(int type, String bytes, String why) {
        assertThatThrownBy(() ->
                        ClientRequestCodec.read(type, archive(HexFormat.of().parseHex(bytes.replace(" ", "")))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource({"0", "10", "13", "20", "99", "-10", "-1", "2147483647"})
    void whatNobodyMayAskIsNotLookedAt(int type) throws IOException {
        assertThat(ClientRequestCodec.read(type, archive(new byte[0]))).isEqualTo(new ClientRequest.Unserved(type));
    }

    record ReplyRow(int type, ClientReply reply, byte[] original) {
        ReplyRow(int type, ClientReply reply, Record... original) throws IOException {
            this(type, reply, bytes(original));
        }
    }

    static Stream<ReplyRow> replies() throws IOException {
        return Stream.of(
                new ReplyRow(OpCode.CREATE, new ClientReply.Path("/a"), new CreateResponse("/a")),
                new ReplyRow(OpCode.CREATE2, new ClientReply.PathStat("/a", STAT), new Create2Response("/a", THEIRS)),
                new ReplyRow(OpCode.EXISTS, new ClientReply.StatOnly(STAT), new ExistsResponse(THEIRS)),
                new ReplyRow(OpCode.SET_DATA, new ClientReply.StatOnly(STAT), new SetDataResponse(THEIRS)),
                new ReplyRow(OpCode.GET_DATA, new ClientReply.Data(DATA, STAT), new GetDataResponse(DATA, THEIRS)),
                new ReplyRow(OpCode.GET_DATA, new ClientReply.Data(null, STAT), new GetDataResponse(null, THEIRS)),
                new ReplyRow(OpCode.GET_ACL, new ClientReply.Acls(OURS, STAT), new GetACLResponse(ACLS, THEIRS)),
                new ReplyRow(
                        OpCode.GET_CHILDREN,
                        new ClientReply.Names(List.of("a", "ö")),
                        new GetChildrenResponse(List.of("a", "ö"))),
                new ReplyRow(
                        OpCode.GET_CHILDREN2,
                        new ClientReply.NamesStat(List.of(), STAT),
                        new GetChildren2Response(List.of(), THEIRS)),
                new ReplyRow(
                        OpCode.GET_ALL_CHILDREN_NUMBER, new ClientReply.Number(3), new GetAllChildrenNumberResponse(3)),
                new ReplyRow(OpCode.ADD_WATCH, new ClientReply.Number(0), new ErrorResponse(0)),
                new ReplyRow(OpCode.SASL, new ClientReply.Token(null), new SetSASLResponse(null)),
                new ReplyRow(
                        OpCode.WHO_AM_I,
                        new ClientReply.ClientInfos(List.of(new ClientReply.ClientInfo("ip", "::1"))),
                        new WhoAmIResponse(List.of(new org.apache.zookeeper.data.ClientInfo("ip", "::1")))),
                new ReplyRow(OpCode.DELETE, new ClientReply.Nothing(), new Record[0]),
                new ReplyRow(
                        OpCode.MULTI,
                        new ClientReply.Multi(List.of(
                                new ClientReply.OpCreated("/a"),
                                new ClientReply.OpCreated2("/b", STAT),
                                new ClientReply.OpChanged(STAT),
                                new ClientReply.OpDone(OpCode.CHECK),
                                new ClientReply.OpDone(OpCode.DELETE))),
                        new MultiHeader(1, false, 0),
                        new CreateResponse("/a"),
                        new MultiHeader(15, false, 0),
                        new Create2Response("/b", THEIRS),
                        new MultiHeader(5, false, 0),
                        new SetDataResponse(THEIRS),
                        new MultiHeader(13, false, 0),
                        new MultiHeader(2, false, 0),
                        new MultiHeader(-1, true, -1)),
                new ReplyRow(
                        OpCode.MULTI_READ,
                        new ClientReply.Multi(List.of(
                                new ClientReply.OpData(DATA, STAT),
                                new ClientReply.OpNames(List.of("x")),
                                new ClientReply.OpFailed(-101))),
                        new MultiHeader(4, false, 0),
                        new GetDataResponse(DATA, THEIRS),
                        new MultiHeader(8, false, 0),
                        new GetChildrenResponse(List.of("x")),
                        new MultiHeader(-1, false, -101),
                        new ErrorResponse(-101),
                        new MultiHeader(-1, true, -1)));
    }

    @ParameterizedTest
    @MethodSource("replies")
    void repliesAreTheOriginals(ReplyRow row) throws IOException {
        BufferOutputArchive out = new BufferOutputArchive(16);
        row.reply.write(out);
        assertThat(out.toByteArray()).isEqualTo(row.original);
        assertThat(ClientReply.read(row.type, archive(row.original)))
                .usingRecursiveComparison()
                .isEqualTo(row.reply);
    }

    @Test
    void headersAndEventsAreTheOriginals() throws IOException {
        BufferOutputArchive out = new BufferOutputArchive(16);
        new ReplyHeader(-1, 0x1234567890L, -101).write(out);
        new WatcherEvent(3, 3, "/a").write(out);
        assertThat(out.toByteArray())
                .isEqualTo(bytes(
                        new org.apache.zookeeper.proto.ReplyHeader(-1, 0x1234567890L, -101),
                        new org.apache.zookeeper.proto.WatcherEvent(3, 3, "/a")));
        BufferInputArchive in = archive(out.toByteArray());
        assertThat(ReplyHeader.read(in)).isEqualTo(new ReplyHeader(-1, 0x1234567890L, -101));
        assertThat(WatcherEvent.read(in)).isEqualTo(new WatcherEvent(3, 3, "/a"));
        assertThat(RequestHeader.read(archive(bytes(new org.apache.zookeeper.proto.RequestHeader(7, 4)))))
                .isEqualTo(new RequestHeader(7, 4));
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,false"})
    void theReadOnlyByteIsThereOrNot(boolean told, boolean readOnly) throws IOException {
        byte[] password = new byte[16];
        BufferOutputArchive out = new BufferOutputArchive(16);
        new ConnectRequest(0, 5, 6000, 77, password, readOnly, told).write(out);
        byte[] whole = bytes(new org.apache.zookeeper.proto.ConnectRequest(0, 5, 6000, 77, password, readOnly));
        byte[] original = told ? whole : java.util.Arrays.copyOf(whole, whole.length - 1);
        assertThat(out.toByteArray()).isEqualTo(original);
        assertThat(ConnectRequest.read(archive(original)))
                .usingRecursiveComparison()
                .isEqualTo(new ConnectRequest(0, 5, 6000, 77, password, readOnly, told));

        out.clear();
        new ConnectResponse(4000, 77, password, readOnly, told).write(out);
        whole = bytes(new org.apache.zookeeper.proto.ConnectResponse(0, 4000, 77, password, readOnly));
        original = told ? whole : java.util.Arrays.copyOf(whole, whole.length - 1);
        assertThat(out.toByteArray()).isEqualTo(original);
        assertThat(ConnectResponse.read(archive(original)))
                .usingRecursiveComparison()
                .isEqualTo(new ConnectResponse(4000, 77, password, readOnly, told));
    }

    @Test
    void fourLettersAreALengthBeyondAnyLimit() {
        assertThat(FourLetterWord.fromPrefix(0x73727672)).contains(FourLetterWord.SRVR);
        assertThat(FourLetterWord.fromPrefix(0x47455420)).isEmpty();
        assertThat(FourLetterWord.values())
                .hasSize(18)
                .allSatisfy(word -> assertThat(word.prefix()).isGreaterThan(0x60000000));
    }

    private static BufferInputArchive archive(byte[] bytes) {
        return new BufferInputArchive(ByteBuffer.wrap(bytes), LENGTH_MAX);
    }

    private static byte[] bytes(Record... records) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryOutputArchive out = BinaryOutputArchive.getArchive(bytes);
        for (Record record : records) record.serialize(out, "record");
        return bytes.toByteArray();
    }
}
