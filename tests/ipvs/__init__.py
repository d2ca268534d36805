"""IPVS on a kernel that has it: a guest in the rack of ``tests.lab`` runs the real kube-proxy in ipvs mode; no root."""
