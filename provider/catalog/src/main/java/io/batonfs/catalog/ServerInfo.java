package io.batonfs.catalog;

import io.batonfs.model.ServerId;

/** A registered server and where it is reached. */
public record ServerInfo(ServerId server, String address) {
}
