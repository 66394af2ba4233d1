metadata name = 'Hub and Spoke Network'
metadata description = 'Deploys a hub network and any number of spoke networks, and peers each spoke with the hub in both directions.'

import { lockType, peeringName } from 'br/ashlar:example/utl/types/common-types:1.0.0'
import { subnetType } from 'br/ashlar:example/res/network/virtual-network:1.0.0'

@description('Required. The hub network.')
param hub networkType

@description('Required. The spoke networks.')
param spokes networkType[]

@description('Optional. The region of all networks. That of the resource group by default.')
param location string = resourceGroup().location

@description('Optional. The lock on every network.')
param lock lockType?

@description('Optional. Tags of every network.')
param tags resourceInput<'Microsoft.Network/virtualNetworks@2025-05-01'>.tags?

@description('Optional. Enable/Disable usage telemetry for module.')
param enableTelemetry bool = true

var deploymentPrefix = uniqueString(subscription().id, resourceGroup().id, location)

#disable-next-line no-deployments-resources
resource avmTelemetry 'Microsoft.Resources/deployments@2025-04-01' = if (enableTelemetry) {
  name: '46d3xbcp.ptn.example-hubandspoke.${replace('-..--..-', '.', '-')}.${substring(uniqueString(deployment().name, location), 0, 4)}'
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

resource hubVirtualNetwork 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: hub.name
}

// Azure changes the peerings of one network one at a time.
@batchSize(1)
resource hubPeerings 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-05-01' = [
  for (spoke, index) in spokes: {
    parent: hubVirtualNetwork
    name: peeringName(hub.name, spoke.name)
    properties: {
      remoteVirtualNetwork: {
        id: spokeNetworks[index].outputs.resourceId
      }
      allowVirtualNetworkAccess: true
      allowForwardedTraffic: true
    }
  }
]

module hubNetwork 'br/ashlar:example/res/network/virtual-network:1.0.0' = {
  name: '${deploymentPrefix}-hub'
  params: {
    name: hub.name
    location: location
    addressPrefixes: hub.addressPrefixes
    subnets: hub.?subnets
    dnsServers: hub.?dnsServers
    lock: lock
    tags: tags
    enableTelemetry: enableTelemetry
  }
}

@batchSize(1)
module spokeNetworks 'br/ashlar:example/res/network/virtual-network:1.0.0' = [
  for (spoke, index) in spokes: {
    name: '${deploymentPrefix}-spoke-${index}'
    params: {
      name: spoke.name
      location: location
      addressPrefixes: spoke.addressPrefixes
      subnets: spoke.?subnets
      dnsServers: spoke.?dnsServers ?? hub.?dnsServers
      peerings: [
        {
          remoteVirtualNetworkResourceId: hubNetwork.outputs.resourceId
          allowForwardedTraffic: true
        }
      ]
      lock: lock
      tags: tags
      enableTelemetry: enableTelemetry
    }
  }
]

@description('The name of the resource group that holds the networks.')
output resourceGroupName string = resourceGroup().name

@description('The resource ID of the hub network.')
output hubResourceId string = hubNetwork.outputs.resourceId

@description('The spoke networks, in the order of the parameter.')
output spokes spokeOutputType[] = [
  for (spoke, index) in spokes: {
    name: spokeNetworks[index].outputs.name
    resourceId: spokeNetworks[index].outputs.resourceId
    subnetResourceIds: spokeNetworks[index].outputs.subnetResourceIds
  }
]

@export()
@description('A hub or spoke network.')
type networkType = {
  @description('Required. The name of the network.')
  name: string

  @description('Required. The address ranges of the network, in CIDR notation.')
  addressPrefixes: string[]

  @description('Optional. The subnets of the network.')
  subnets: subnetType[]?

  @description('Optional. The addresses of the DNS servers. Spokes without any use those of the hub.')
  dnsServers: string[]?
}

@export()
@description('What a spoke network hands back.')
type spokeOutputType = {
  @description('The name of the network.')
  name: string

  @description('The resource ID of the network.')
  resourceId: string

  @description('The resource IDs of its subnets.')
  subnetResourceIds: string[]
}
