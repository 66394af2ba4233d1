metadata name = 'Common Types'
metadata description = 'Exports the shared interface types of the example modules and a few functions for names. Deploys nothing.'

@export()
@description('A lock on a resource.')
type lockType = {
  @description('Optional. The name of the lock.')
  name: string?

  @description('Optional. What the lock forbids. `None` sets no lock.')
  kind: ('CanNotDelete' | 'ReadOnly' | 'None')?

  @description('Optional. A remark that explains the lock.')
  notes: string?
}

@export()
@description('One role, given to one principal.')
type roleAssignmentType = {
  @description('Optional. The name of the role assignment, a GUID. Derived from scope, principal and role when left out.')
  name: string?

  @description('Required. The role, as a built-in role name, a role definition GUID or a full role definition ID.')
  roleDefinitionIdOrName: string

  @description('Required. The object ID of the user, group or identity that gets the role.')
  principalId: string

  @description('Optional. What kind of principal it is.')
  principalType: ('ServicePrincipal' | 'Group' | 'User' | 'ForeignGroup' | 'Device')?

  @description('Optional. Why the role is given.')
  description: string?

  @description('Optional. An expression that narrows the role assignment.')
  condition: string?

  @description('Optional. The version of the condition language.')
  conditionVersion: '2.0'?

  @description('Optional. The resource ID of the delegated managed identity.')
  delegatedManagedIdentityResourceId: string?
}

@export()
@description('A diagnostic setting for resources that emit both logs and metrics.')
type diagnosticSettingFullType = {
  @description('Optional. The name of the diagnostic setting.')
  name: string?

  @description('Optional. The logs to send. An empty list sends none.')
  logCategoriesAndGroups: {
    @description('Optional. The name of a log category.')
    category: string?

    @description('Optional. The name of a group of log categories, for example `allLogs`.')
    categoryGroup: string?

    @description('Optional. Whether the category is sent. Defaults to `true`.')
    enabled: bool?
  }[]?

  @description('Optional. The metrics to send. An empty list sends none.')
  metricCategories: {
    @description('Required. The name of a metric category, for example `AllMetrics`.')
    category: string

    @description('Optional. Whether the category is sent. Defaults to `true`.')
    enabled: bool?
  }[]?

  @description('Optional. Which kind of tables the workspace receives.')
  logAnalyticsDestinationType: ('Dedicated' | 'AzureDiagnostics')?

  @description('Optional. The resource ID of the Log Analytics workspace.')
  workspaceResourceId: string?

  @description('Optional. The resource ID of the storage account.')
  storageAccountResourceId: string?

  @description('Optional. The resource ID of the authorization rule of the Event Hubs namespace.')
  eventHubAuthorizationRuleResourceId: string?

  @description('Optional. The name of the event hub. One per category is made when left out.')
  eventHubName: string?

  @description('Optional. The resource ID of the marketplace partner that receives the data.')
  marketplacePartnerResourceId: string?
}

@export()
@description('Names a peering after its two ends, within the 80 characters that Azure allows.')
func peeringName(localName string, remoteName string) string => take('peer-${localName}-${remoteName}', 80)

@export()
@description('Reads the resource group out of a resource ID.')
func resourceGroupNameOf(resourceId string) string => split(resourceId, '/')[4]

@export()
@description('Reads the name, the last segment, out of a resource ID.')
func resourceNameOf(resourceId string) string => last(split(resourceId, '/'))!
