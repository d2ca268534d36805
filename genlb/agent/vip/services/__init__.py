"""What the API asks for: from Services, EndpointSlices and Nodes to bindings and refusals; pure."""
