package io.batonfs.bench.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Netty as its guide has it: native epoll where it is, pooled buffers, everything on the event loop, so that no answer
 * waits for another thread, writes gathered until what was read has been handled, and Netty's own sizes of buffers. One
 * loop at each end for two processors.
 */
final class Netty {
    private static final int LOOPS = 1;
    /** Of an echo. */
    private static final int SMALL_BYTES = 64;

    private Netty() {
    }

    private static EventLoopGroup loops() {
        return Epoll.isAvailable() ? new EpollEventLoopGroup(LOOPS) : new NioEventLoopGroup(LOOPS);
    }

    private static Class<? extends ServerChannel> serverChannel() {
        return Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    private static Class<? extends Channel> clientChannel() {
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    private static Closeable ending(EventLoopGroup loops) {
        return () -> loops.shutdownGracefully(0, TransportClient.PATIENCE_MS, TimeUnit.MILLISECONDS);
    }

    /** Listens on a port of the loopback interface. */
    static Served serve() {
        EventLoopGroup loops = loops();
        ServedFile file = new ServedFile();
        Channel listening = new ServerBootstrap().group(loops).channel(serverChannel())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Serving(new IncomingRequest(file)));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0).syncUninterruptibly().channel();
        int port = ((InetSocketAddress) listening.localAddress()).getPort();
        return new Served(Map.of(Sockets.ADDRESS, Integer.toString(port)), ending(loops));
    }

    /** Has what came put where it belongs, as much as is wanted of it; returns whether that is full. */
    private static boolean fill(ByteBuf from, ByteBuffer wanted) {
        int limit = wanted.limit();
        wanted.limit(Math.min(limit, wanted.position() + from.readableBytes()));
        from.readBytes(wanted);
        wanted.limit(limit);
        return !wanted.hasRemaining();
    }

    /** A connection of the server. */
    private static final class Serving extends ChannelInboundHandlerAdapter {
        private final IncomingRequest request;

        Serving(IncomingRequest request) {
            this.request = request;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
            ByteBuf bytes = (ByteBuf) message;
            try {
                while (bytes.isReadable()) {
                    if (fill(bytes, request.wanted()) && request.isComplete()) {
                        ByteBuffer answer = request.answer();
                        // What is small lies in memory that the next request is put into.
                        context.write(answer.remaining() <= SMALL_BYTES ? Unpooled.copiedBuffer(answer)
                                : Unpooled.wrappedBuffer(answer), context.voidPromise());
                    }
                }
            } finally {
                bytes.release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.fireExceptionCaught(cause);
            context.close();
        }
    }

    /** Connects. */
    static TransportClient client(Load load, ServerFacts server) {
        return new Client(load, server, Integer.parseInt(server.get(Sockets.ADDRESS)));
    }

    /** The client's end; lanes belong to the loop while a run goes on. */
    private static final class Client extends TransportClient {
        private final EventLoopGroup loops = loops();
        private final List<Asking> connections = new ArrayList<>();
        private final AtomicInteger busy = new AtomicInteger();
        /** Set before the loop is told of a run. */
        private volatile Run run;
        private volatile CompletableFuture<Void> ended = new CompletableFuture<>();

        Client(Load load, ServerFacts server, int port) {
            super(load, server);
            Bootstrap bootstrap = new Bootstrap().group(loops).channel(clientChannel())
                    .option(ChannelOption.TCP_NODELAY, true);
            for (Lane lane : lanes()) {
                Asking connection = new Asking(this, lane);
                bootstrap.clone().handler(connection).connect(InetAddress.getLoopbackAddress(), port)
                        .syncUninterruptibly();
                connections.add(connection);
            }
        }

        @Override
        public void run(Run next) throws Exception {
            CompletableFuture<Void> end = new CompletableFuture<>();
            ended = end;
            run = next;
            busy.set(connections.size());
            long now = next.begin();
            connections.forEach(connection -> connection.begin(now));
            end.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        }

        void laneEnded() {
            if (busy.decrementAndGet() == 0) {
                ended.complete(null);
            }
        }

        @Override
        public void close() throws IOException {
            ending(loops).close();
        }
    }

    /** A connection of the client. */
    private static final class Asking extends ChannelInboundHandlerAdapter {
        private final Client client;
        private final Lane lane;
        private volatile ChannelHandlerContext context;

        Asking(Client client, Lane lane) {
            this.client = client;
            this.lane = lane;
        }

        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            context = added;
        }

        void begin(long nowNanos) {
            ChannelHandlerContext to = context;
            to.executor().execute(() -> {
                for (int i = 0; i < client.load().outstanding(); i++) {
                    send(to, lane.next(nowNanos));
                }
                to.flush();
            });
        }

        private static void send(ChannelHandlerContext to, Request request) {
            to.write(request.operation() == Operation.WRITE
                    ? Unpooled.wrappedBuffer(request.message(), request.data())
                    : Unpooled.wrappedBuffer(request.message()), to.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext from, Object message) throws IOException {
            ByteBuf bytes = (ByteBuf) message;
            try {
                while (bytes.isReadable()) {
                    if (lane.outstanding() == 0) {
                        throw new IOException("the server answered more than it was asked");
                    }
                    if (fill(bytes, lane.oldest().answer())) {
                        answered(from);
                    }
                }
            } finally {
                bytes.release();
            }
        }

        private void answered(ChannelHandlerContext from) throws IOException {
            lane.oldest().checkReceipt();
            long now = lane.answered(client.run);
            if (client.run.goesOn(now)) {
                send(from, lane.next(now));
            } else if (lane.outstanding() == 0) {
                client.laneEnded();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext from) {
            from.flush();
        }

        @Override
        public void channelInactive(ChannelHandlerContext from) {
            client.ended.completeExceptionally(new IOException("the server has closed the connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
            client.ended.completeExceptionally(cause);
        }
    }
}
