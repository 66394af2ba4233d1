metadata name = 'Virtual Networks'
metadata description = 'Deploys one virtual network with its subnets and outgoing peerings.'

import {
  diagnosticSettingFullType
  lockType
  peeringName
  resourceNameOf
  roleAssignmentType
} from 'br/ashlar:example/utl/types/common-types:1.0.0'

@description('Required. The name of the virtual network.')
param name string

@description('Optional. The region of the virtual network. That of the resource group by default.')
param location string = resourceGroup().location

@description('Required. The address ranges of the virtual network, in CIDR notation.')
param addressPrefixes string[]

@description('Optional. The subnets. The list is complete: a subnet that it does not name is removed.')
param subnets subnetType[]?

@description('Optional. The addresses of the DNS servers. Azure resolves names when there are none.')
param dnsServers string[]?

@description('Optional. Peerings from this virtual network to others. The way back is not created here.')
param peerings peeringType[]?

@description('Optional. Where logs and metrics go. A setting that names neither sends all of both.')
param diagnosticSettings diagnosticSettingFullType[]?

@description('Optional. The lock on the virtual network.')
param lock lockType?

@description('Optional. Roles to give on the virtual network.')
param roleAssignments roleAssignmentType[]?

@description('Optional. Tags of the virtual network.')
param tags resourceInput<'Microsoft.Network/virtualNetworks@2025-05-01'>.tags?

@description('Optional. Enable/Disable usage telemetry for module.')
param enableTelemetry bool = true

var builtInRoleNames = {
  Contributor: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b24988ac-6180-42a0-ab88-20f7382dd24c')
  'Network Contributor': subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4d97b98b-1d4f-4787-a291-c67834d212e7')
  Owner: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '8e3af657-a8ff-443c-a75c-2fe8c4bcb635')
  Reader: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'acdd72a7-3385-48ef-bd42-f606fba81ae7')
  'Role Based Access Control Administrator': subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'f58310d9-a9f6-439a-9e8d-f62e7b41a168')
  'User Access Administrator': subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9')
}

// A display name is looked up, a full ID is taken as it is, anything else must be the GUID of a role definition.
var roleDefinitionIds = [
  for assignment in (roleAssignments ?? []): builtInRoleNames[?assignment.roleDefinitionIdOrName] ?? (startsWith(assignment.roleDefinitionIdOrName, '/')
    ? assignment.roleDefinitionIdOrName
    : subscriptionResourceId('Microsoft.Authorization/roleDefinitions', assignment.roleDefinitionIdOrName))
]

#disable-next-line no-deployments-resources
resource avmTelemetry 'Microsoft.Resources/deployments@2025-04-01' = if (enableTelemetry) {
  name: '46d3xbcp.res.example-virtualnetwork.${replace('-..--..-', '.', '-')}.${substring(uniqueString(deployment().name, location), 0, 4)}'
  properties: {
    mode: 'Incremental'
    template: {
      '$schema': 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'
      contentVersion: '1.0.0.0'
      resources: []
      outputs: { telemetry: { type: 'String', value: 'For more information, see https://aka.ms/avm/TelemetryInfo' } }
    }
  }
}

resource virtualNetwork 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: addressPrefixes }
    dhcpOptions: { dnsServers: dnsServers ?? [] }
    subnets: [
      for subnet in (subnets ?? []): {
        name: subnet.name
        properties: {
          addressPrefix: subnet.addressPrefix
          defaultOutboundAccess: subnet.?defaultOutboundAccess ?? false
          networkSecurityGroup: !empty(subnet.?networkSecurityGroupResourceId) ? { id: subnet.?networkSecurityGroupResourceId } : null
          routeTable: !empty(subnet.?routeTableResourceId) ? { id: subnet.?routeTableResourceId } : null
        }
      }
    ]
  }
}

@batchSize(1)
resource virtualNetwork_peerings 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-05-01' = [
  for peering in (peerings ?? []): {
    parent: virtualNetwork
    name: peering.?name ?? peeringName(name, resourceNameOf(peering.remoteVirtualNetworkResourceId))
    properties: {
      remoteVirtualNetwork: { id: peering.remoteVirtualNetworkResourceId }
      allowVirtualNetworkAccess: true
      allowForwardedTraffic: peering.?allowForwardedTraffic ?? false
    }
  }
]

resource virtualNetwork_lock 'Microsoft.Authorization/locks@2020-05-01' = if (!empty(lock ?? {}) && lock.?kind != 'None') {
  scope: virtualNetwork
  name: lock.?name ?? 'lock-${name}'
  properties: {
    level: lock.?kind ?? ''
    notes: lock.?notes ?? (lock.?kind == 'ReadOnly'
      ? 'The virtual network and what belongs to it must not be changed.'
      : 'The virtual network and what belongs to it must not be deleted.')
  }
}

resource virtualNetwork_diagnosticSettings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = [
  for setting in (diagnosticSettings ?? []): {
    scope: virtualNetwork
    name: setting.?name ?? '${name}-diagnosticSettings'
    properties: {
      workspaceId: setting.?workspaceResourceId
      storageAccountId: setting.?storageAccountResourceId
      eventHubAuthorizationRuleId: setting.?eventHubAuthorizationRuleResourceId
      eventHubName: setting.?eventHubName
      marketplacePartnerId: setting.?marketplacePartnerResourceId
      logAnalyticsDestinationType: setting.?logAnalyticsDestinationType
      logs: [
        for log in (setting.?logCategoriesAndGroups ?? (empty(setting.?metricCategories) ? [{ categoryGroup: 'allLogs' }] : [])): {
          category: log.?category
          categoryGroup: log.?categoryGroup
          enabled: log.?enabled ?? true
        }
      ]
      metrics: [
        for metric in (setting.?metricCategories ?? (empty(setting.?logCategoriesAndGroups) ? [{ category: 'AllMetrics' }] : [])): {
          category: metric.category
          enabled: metric.?enabled ?? true
          timeGrain: null
        }
      ]
    }
  }
]

resource virtualNetwork_roleAssignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (assignment, index) in (roleAssignments ?? []): {
    scope: virtualNetwork
    name: assignment.?name ?? guid(virtualNetwork.id, assignment.principalId, roleDefinitionIds[index])
    properties: {
      roleDefinitionId: roleDefinitionIds[index]
      principalId: assignment.principalId
      principalType: assignment.?principalType
      description: assignment.?description
      condition: assignment.?condition
      conditionVersion: empty(assignment.?condition) ? null : (assignment.?conditionVersion ?? '2.0')
      delegatedManagedIdentityResourceId: assignment.?delegatedManagedIdentityResourceId
    }
  }
]

@description('The name of the resource group that holds the virtual network.')
output resourceGroupName string = resourceGroup().name

@description('The resource ID of the virtual network.')
output resourceId string = virtualNetwork.id

@description('The name of the virtual network.')
output name string = virtualNetwork.name

@description('The region of the virtual network.')
output location string = virtualNetwork.location

@description('The resource IDs of the subnets, in the order of the parameter.')
output subnetResourceIds string[] = [
  for subnet in (subnets ?? []): resourceId('Microsoft.Network/virtualNetworks/subnets', name, subnet.name)
]

@export()
@description('A subnet of the virtual network.')
type subnetType = {
  @description('Required. The name of the subnet.')
  name: string

  @description('Required. The address range of the subnet, in CIDR notation.')
  addressPrefix: string

  @description('Optional. Whether machines in the subnet reach the internet without an explicit way out. Defaults to `false`.')
  defaultOutboundAccess: bool?

  @description('Optional. The resource ID of the network security group of the subnet.')
  networkSecurityGroupResourceId: string?

  @description('Optional. The resource ID of the route table of the subnet.')
  routeTableResourceId: string?
}

@export()
@description('A peering from the virtual network to another one.')
type peeringType = {
  @description('Optional. The name of the peering. Made of the names of both networks when left out.')
  name: string?

  @description('Required. The resource ID of the other virtual network.')
  remoteVirtualNetworkResourceId: string

  @description('Optional. Whether traffic that did not start in the other network is accepted. Defaults to `false`.')
  allowForwardedTraffic: bool?
}
