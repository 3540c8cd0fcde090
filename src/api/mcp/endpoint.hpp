#pragma once

// /mcp: the Model Context Protocol over HTTP, both eras at one address. Like every other way in it
// only submits commands and asks questions; the key says who calls.

#include "api/rest/exchange.hpp"

namespace fermata::api::mcp {

void serve_post(const ExchangePtr& exchange);
void serve_delete(const ExchangePtr& exchange);  // Ends a legacy session.
// RFC 9728: how a client gets in.
net::Response resource_metadata(Exchange& exchange);

}  // namespace fermata::api::mcp
