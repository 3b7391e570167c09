// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/gvk.h"

/// The resources that the workload controllers read and write.
namespace puppis::nodes {

using kube::Gvr;

inline const Gvr kPods{"", "v1", "pods"};
inline const Gvr kNodes{"", "v1", "nodes"};
inline const Gvr kServices{"", "v1", "services"};
inline const Gvr kEndpoints{"", "v1", "endpoints"};
inline const Gvr kEvents{"", "v1", "events"};
inline const Gvr kNamespaces{"", "v1", "namespaces"};
inline const Gvr kServiceAccounts{"", "v1", "serviceaccounts"};
inline const Gvr kConfigMaps{"", "v1", "configmaps"};
inline const Gvr kSecrets{"", "v1", "secrets"};
inline const Gvr kClaims{"", "v1", "persistentvolumeclaims"};
inline const Gvr kVolumes{"", "v1", "persistentvolumes"};
inline const Gvr kReplicationControllers{"", "v1", "replicationcontrollers"};
inline const Gvr kDeployments{"apps", "v1", "deployments"};
inline const Gvr kReplicaSets{"apps", "v1", "replicasets"};
inline const Gvr kStatefulSets{"apps", "v1", "statefulsets"};
inline const Gvr kDaemonSets{"apps", "v1", "daemonsets"};
inline const Gvr kControllerRevisions{"apps", "v1", "controllerrevisions"};
inline const Gvr kJobs{"batch", "v1", "jobs"};
inline const Gvr kCronJobs{"batch", "v1", "cronjobs"};
inline const Gvr kEndpointSlices{"discovery.k8s.io", "v1", "endpointslices"};
inline const Gvr kAutoscalers{"autoscaling", "v2", "horizontalpodautoscalers"};
inline const Gvr kStorageClasses{"storage.k8s.io", "v1", "storageclasses"};
inline const Gvr kIngresses{"networking.k8s.io", "v1", "ingresses"};
inline const Gvr kBudgets{"policy", "v1", "poddisruptionbudgets"};

}  // namespace puppis::nodes
