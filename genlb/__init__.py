"""genlb: one declarative spec per cluster for LoadBalancer VIPs on Calico BGP and MetalLB."""

__version__ = "0.1.0"
