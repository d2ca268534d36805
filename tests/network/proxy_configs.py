"""KubeProxyConfigurations for tests, and what the real kube-proxy 1.37.2 said about each."""

from __future__ import annotations

from genlb.network.base_config import BaseConfig
from genlb.yamltext import read
from genlb.yamltext.node import MappingNode

HEAD = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n"


def a_base_config(text: str) -> BaseConfig:
    """A KubeProxyConfiguration with these lines; the file is ``base.yaml``, and the first of them its line 3."""
    root = read((HEAD + text).encode(), "base.yaml").root
    assert isinstance(root, MappingNode)
    return BaseConfig("base.yaml", root)


ACCEPTED = (
    "",
    "iptables: null",
    "conntrack: {tcpEstablishedTimeout: null, maxPerCore: 0, min: null}",
    "oomScoreAdj: 14.0",
    "oomScoreAdj: -1000",
    "clientConnection: {qps: -3.5, burst: null}",
    "enableProfiling: null",
    "mode: null",
    "nodePortAddresses: [primary, 10.0.0.5/8]",
    "nodePortAddresses: [all]",
    "nodePortAddresses: null",
    "featureGates: {AllAlpha: null}",
    "featureGates: {AllBeta: true}",
    'bindAddress: ""',
    'bindAddress: "::ffff:1.2.3.4"',
    'healthzBindAddress: "::1"',
    'healthzBindAddress: ""',
    'metricsBindAddress: "[::1]:80"',
    'clusterCIDR: "fd00::/64,10.0.0.0/8"',
    "clusterCIDR: bad\ndetectLocalMode: NodeCIDR",
    "detectLocalMode: BridgeInterface\ndetectLocal: {bridgeInterface: x}",
    "portRange: garbage",
    "configSyncPeriod: 0s",
    'configSyncPeriod: "0"',
    "ipvs: {syncPeriod: -5s, tcpTimeout: -5s, excludeCIDRs: [x]}",
    "mode: ipvs\nipvs: {minSyncPeriod: 30s, syncPeriod: 30s, scheduler: nonsense}",
    "nftables: {masqueradeBit: 32, syncPeriod: -1s}",
    "logging: {format: json}",
    "logging: {flushFrequency: 5000000000}",
    "logging: {flushFrequency: null, verbosity: null, vmodule: null, options: null}",
    "logging: {vmodule: [{filePattern: a, verbosity: 2}]}",
    'logging: {options: {json: {infoBufferSize: "0", splitStream: false}}}',
    "windowsRunAsService: true",
)
"""What kube-proxy takes, in iptables mode unless the text says another one."""

REFUSED = {
    "configSyncPeriod: null": "configSyncPeriod",
    'configSyncPeriod: "5"': "configSyncPeriod",
    "configSyncPeriod: 900": "configSyncPeriod",
    "configSyncPeriod: -5s": "configSyncPeriod",
    "iptables: {syncPeriod: null}": "iptables.syncPeriod",
    "iptables: []": "iptables",
    'iptables: ""': "iptables",
    "iptables: {syncPeriod: 5s, minSyncPeriod: 10s}": "iptables.minSyncPeriod",
    "iptables: {syncPeriod: 500ms}": "iptables.syncPeriod",
    "iptables: {minSyncPeriod: -1s}": "iptables.minSyncPeriod",
    "iptables: {masqueradeBit: 32}": "iptables.masqueradeBit",
    "mode: ipvs\nipvs: {syncPeriod: -5s}": "ipvs.syncPeriod",
    "mode: ipvs\nipvs: {minSyncPeriod: 31s}": "ipvs.minSyncPeriod",
    "mode: ipvs\nipvs: {tcpTimeout: -5s}": "ipvs.tcpTimeout",
    "mode: ipvs\nipvs: {excludeCIDRs: [10.0.0.0/8, x]}": "ipvs.excludeCIDRs.1",
    "ipvs: {excludeCIDRs: [5]}": "ipvs.excludeCIDRs",
    "ipvs: {tcpTimeout: null}": "ipvs.tcpTimeout",
    "mode: nftables\nnftables: {masqueradeBit: 32}": "nftables.masqueradeBit",
    "oomScoreAdj: 14.5": "oomScoreAdj",
    "oomScoreAdj: 2147483648": "oomScoreAdj",
    "oomScoreAdj: 1001": "oomScoreAdj",
    'oomScoreAdj: "5"': "oomScoreAdj",
    "oomScoreAdj: true": "oomScoreAdj",
    'clientConnection: {qps: "5"}': "clientConnection.qps",
    "clientConnection: {burst: -1}": "clientConnection.burst",
    'enableProfiling: "true"': "enableProfiling",
    "mode: IPVS": "mode",
    "nodePortAddresses: primary": "nodePortAddresses",
    "nodePortAddresses: [primary, primary]": "nodePortAddresses.1",
    "nodePortAddresses: [10.0.0.0]": "nodePortAddresses.0",
    "nodePortAddresses: [null]": "nodePortAddresses.0",
    'featureGates: {AllAlpha: "true"}': "featureGates",
    "featureGates: []": "featureGates",
    "bindAddress: 1.2.3": "bindAddress",
    'healthzBindAddress: ":10256"': "healthzBindAddress",
    'metricsBindAddress: "localhost:80"': "metricsBindAddress",
    'showHiddenMetricsForVersion: "x"': "showHiddenMetricsForVersion",
    "clusterCIDR: 10.0.0.0/8,10.1.0.0/16": "clusterCIDR",
    'clusterCIDR: "10.0.0.0/8, fd00::/64"': "clusterCIDR",
    'clusterCIDR: "10.0.0.0/8,"': "clusterCIDR",
    "clusterCIDR: 10.0.0.0": "clusterCIDR",
    "detectLocalMode: clusterCIDR": "detectLocalMode",
    "detectLocalMode: InterfaceNamePrefix": "detectLocal.interfaceNamePrefix",
    "conntrack: {maxPerCore: -1}": "conntrack.maxPerCore",
    "conntrack: {udpTimeout: -1s}": "conntrack.udpTimeout",
    "hostnameOverride: 5": "hostnameOverride",
    "logging: {format: xml}": "logging.format",
    "logging: {verbosity: -1}": "logging.verbosity",
    "logging: {verbosity: 4294967295}": "logging.verbosity",
    "logging: {flushFrequency: 1.5}": "logging.flushFrequency",
    "logging: {flushFrequency: -5s}": "logging.flushFrequency",
    'logging: {vmodule: [{filePattern: "a=b", verbosity: 2}]}': "logging.vmodule",
    "logging: {vmodule: [null]}": "logging.vmodule",
    "logging: {format: json, vmodule: [{filePattern: ab, verbosity: 2}]}": "logging.vmodule",
    'logging: {options: {json: {infoBufferSize: "zz"}}}': "logging.options.json.infoBufferSize",
    "winkernel: {enableDSR: 1}": "winkernel.enableDSR",
}
"""What kube-proxy refuses, in iptables mode unless the text says another one, and the field that is to blame."""

IGNORED = {
    "strictARP: true": "strictARP",
    "Mode: ipvs": "Mode",
    "ipvs: {strictArp: true}": "ipvs.strictArp",
    "kubeletConfig: {a: 1}": "kubeletConfig",
    "logging: {options: {text: {splitstream: true}}}": "logging.options.text.splitstream",
}
"""Keys that kube-proxy does not know: it starts, and does as if they were not there."""
